"""PyTorch to artifacts: exact rewrites, one folder a target, parity and bundles.

What needs PyTorch is imported on first use, so that a command can refuse a wrong request at once. A target's options
are in its own folder, such as ``cloformer.export.targets.onnx.OnnxOptions``.
"""

from typing import TYPE_CHECKING

from cloformer.lazy_names import lazy_names

if TYPE_CHECKING:
    from .pipeline.exporter import Artifact, export
    from .request.registry import TARGETS

__getattr__ = lazy_names(
    __name__, {**dict.fromkeys(("Artifact", "export"), "pipeline.exporter"), "TARGETS": "request.registry"}
)

__all__ = ["TARGETS", "Artifact", "export"]
