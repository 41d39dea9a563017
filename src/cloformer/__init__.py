"""CloFormer on phones: one PyTorch reference, exported to the formats of mobile runtimes and proved equal to it."""

__version__ = "0.1.0"
