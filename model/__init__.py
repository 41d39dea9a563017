"""The CloFormer model: architecture, variants, weights, preprocessing and labels.

Everything that needs PyTorch is imported on first use, so that a command can reject a bad request immediately.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import (
    CloformerError,
    ConversionError,
    InputFileError,
    MissingPackageError,
    ParityError,
    UsageError,
)
from .preprocessing import Preprocessing, load_image, normalize, preprocess, preprocessing_for
from .variants import VARIANTS
from .weights_info import WeightsInfo

if TYPE_CHECKING:
    from .cloformer import CloFormer
    from .create import create_model, create_network, describe_weights

_NEEDS_TORCH = {
    "CloFormer": "cloformer",
    **dict.fromkeys(("create_model", "create_network", "describe_weights"), "create"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module attribute may be anything
    if name in _NEEDS_TORCH:
        return getattr(import_module(f".{_NEEDS_TORCH[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "VARIANTS",
    "CloFormer",
    "CloformerError",
    "ConversionError",
    "InputFileError",
    "MissingPackageError",
    "ParityError",
    "Preprocessing",
    "UsageError",
    "WeightsInfo",
    "create_model",
    "create_network",
    "describe_weights",
    "load_image",
    "normalize",
    "preprocess",
    "preprocessing_for",
]
