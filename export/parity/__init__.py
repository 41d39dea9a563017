"""Comparing an artifact's outputs with the reference's, in numbers and in a verdict."""
