"""Writing bundles: what is shared, what is golden, and moving files in all at once."""
