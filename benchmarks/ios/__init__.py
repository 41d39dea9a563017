"""Measuring on iPhones through the demo app. Tested against doubles of the tools; not run on a phone yet."""

APP = "org.cloformer.demo"
"""The demo app's bundle identifier."""

DOCUMENTS = "Documents"
"""The folder of the app's container that computers may read and write."""
