"""ONNX, for ONNX Runtime."""

from .spec import OnnxOptions

__all__ = ["OnnxOptions"]
