"""Core ML: ML Programs for iOS and macOS."""

from .spec import CoreMLOptions

__all__ = ["CoreMLOptions"]
