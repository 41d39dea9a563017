"""Accuracy of any artifact, in its runtime, on labeled images."""
