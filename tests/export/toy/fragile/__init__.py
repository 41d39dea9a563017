"""A target that fails as a test asks, in the process that exports it."""
