"""CloFormer on phones: exports one PyTorch reference to the formats of mobile runtimes and checks them against it."""

__version__ = "0.1.0"
