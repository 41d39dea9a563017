"""Which dense exports are compared with every change; the support matrix says so too."""

from __future__ import annotations

BY_DEFAULT = {
    ("features", "onnx", "fp32"),
    ("features", "coreml", "fp16"),
    ("features", "coreai", "fp32"),
    ("segmentation", "onnx", "fp32"),
    ("segmentation", "coreml", "fp32"),
    ("segmentation", "executorch", "fp16"),
    ("segmentation", "coreai", "fp16"),
    ("detection", "onnx", "fp32"),
    ("detection", "onnx", "fp16"),
    ("detection", "coreml", "fp16"),
    ("detection", "executorch", "fp32"),
    ("detection", "coreai", "fp32"),
}
"""Each task in both precisions, and each target with every task or nearly so. Nightly, all 24."""
