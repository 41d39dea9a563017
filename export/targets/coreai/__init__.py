"""Core AI: assets for iOS and macOS 27."""
