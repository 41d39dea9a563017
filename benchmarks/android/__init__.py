"""Measuring on Android phones over adb. Tested with a server that speaks adb's protocol; not yet run on a phone."""
