"""PyTorch: a checkpoint as a session."""
