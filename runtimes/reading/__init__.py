"""Interpreting outputs for people: classes, boxes and masks."""
