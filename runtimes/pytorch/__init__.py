"""The PyTorch runtime, which runs checkpoints."""
