"""The command ``cloformer-predict``."""
