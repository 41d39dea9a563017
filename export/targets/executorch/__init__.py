"""ExecuTorch programs for XNNPACK, and for its Core ML and Vulkan delegates."""

from .spec import ExecuTorchOptions

__all__ = ["ExecuTorchOptions"]
