"""Comparing every variant, target, precision and runtime with the reference, in one table."""
