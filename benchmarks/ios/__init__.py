"""Measuring on iPhones via the demo app. Tested with doubles of the tools; not yet run on a phone."""

APP = "org.cloformer.demo"
"""The demo app's bundle identifier."""

DOCUMENTS = "Documents"
"""The folder in the app's container that computers can read and write."""
