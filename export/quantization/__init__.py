"""Artifacts of 8 bits and fewer: what they learn from, what becomes 8-bit, and what stays float."""
