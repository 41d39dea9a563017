"""Accuracy of any artifact, in its runtime, on labelled images."""
