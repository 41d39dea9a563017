"""A target in 60 lines: PyTorch's own exported program."""
