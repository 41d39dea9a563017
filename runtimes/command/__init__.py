"""``cloformer-predict``."""
