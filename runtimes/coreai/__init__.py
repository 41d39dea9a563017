"""The session for Core AI assets, in Apple's interpreter."""
