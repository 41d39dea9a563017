"""The targets, one folder each; a folder with a ``spec`` module is a target."""
