"""Measurements of exported artifacts: the command ``cloformer-bench`` and its parts."""
