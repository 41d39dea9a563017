"""Core AI, in Apple's interpreter."""
