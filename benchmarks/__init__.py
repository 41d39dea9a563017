"""Measurements of exported artifacts: ``cloformer-bench`` and what it is made of."""
