"""``cloformer-export``, and what ``cloformer-doctor`` says of targets."""
