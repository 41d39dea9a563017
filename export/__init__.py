"""PyTorch to artifacts: exact rewrites, one folder a target, parity and bundles.

What needs PyTorch is imported on first use, so that a command can refuse a wrong request at once. A target's options
are in its own folder, such as ``cloformer.export.targets.onnx.OnnxOptions``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .request.registry import TARGETS

if TYPE_CHECKING:
    from .pipeline.exporter import Artifact, export

_NEEDS_TORCH = ("Artifact", "export")


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module attribute may be anything
    if name in _NEEDS_TORCH:
        return getattr(import_module(".pipeline.exporter", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["TARGETS", "Artifact", "export"]
