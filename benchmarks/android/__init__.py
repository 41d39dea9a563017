"""Measuring on Android phones over adb. Tested against a server that speaks adb's protocol; not run on a phone yet."""
