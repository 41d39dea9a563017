"""Parity: an artifact's outputs against the reference's, in numbers and in a verdict."""
