"""Reading bundles: their manifest, their files' hashes, and the facts inside artifacts."""
