"""Artifacts with 8-bit integers: what becomes 8-bit, and what stays float."""
