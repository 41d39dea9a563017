"""Qualcomm's NPU, the HTP, through ONNX Runtime's QNN provider."""

from .spec import QnnOptions

__all__ = ["QnnOptions"]
