"""PyTorch to artifacts: exact rewrites, one module a target, parity and bundles.

What needs PyTorch is imported on first use, so that a command can refuse a wrong request at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .options import CoreAIOptions, CoreMLOptions, ExecuTorchOptions, OnnxOptions, QnnOptions
from .registry import TARGETS

if TYPE_CHECKING:
    from .exporter import Artifact, export

_NEEDS_TORCH = ("Artifact", "export")


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module attribute may be anything
    if name in _NEEDS_TORCH:
        return getattr(import_module(".exporter", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "TARGETS",
    "Artifact",
    "CoreAIOptions",
    "CoreMLOptions",
    "ExecuTorchOptions",
    "OnnxOptions",
    "QnnOptions",
    "export",
]
