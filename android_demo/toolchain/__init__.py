"""Building, packaging and checking the Android app without an Android SDK, for ``make -C android_demo``."""
