"""Accuracy of artifacts in their runtimes, on labeled images."""
