"""Reading bundles: their manifest, the hashes of their files, and the facts stored in artifacts."""
