"""Builds, packages and checks the Android app without an Android SDK; ``make -C android_demo`` runs these modules."""
