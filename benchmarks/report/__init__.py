"""Records as one readable page: what was measured, next to what was claimed, published and predicted."""
