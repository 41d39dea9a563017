// On Apple's systems this module is a target of its own, and a target needs a source.
