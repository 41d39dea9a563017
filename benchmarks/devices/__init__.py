"""Measuring on a phone: what Android and iOS have in common, as the demo apps speak it."""
