"""The images that a quantizer learns from."""
