"""What CloFormer is: architecture, variants, weights, preprocessing and labels.

PyTorch and the libraries for images are imported on first use, so that a command can refuse a wrong request at once.
"""

from typing import TYPE_CHECKING

from cloformer.lazy_names import lazy_names

from .errors import (
    CloformerError,
    ConversionError,
    InputFileError,
    MissingPackageError,
    ParityError,
    UsageError,
)
from .variants import VARIANTS

if TYPE_CHECKING:
    from .cloformer import CloFormer
    from .create import create_model, create_network, describe_weights
    from .preprocessing import Preprocessing, load_image, normalize, preprocess, preprocessing_for
    from .weights_info import WeightsInfo

_PREPROCESSING = ("Preprocessing", "load_image", "normalize", "preprocess", "preprocessing_for")

__getattr__ = lazy_names(
    __name__,
    {
        "CloFormer": "cloformer",
        "WeightsInfo": "weights_info",
        **dict.fromkeys(("create_model", "create_network", "describe_weights"), "create"),
        **dict.fromkeys(_PREPROCESSING, "preprocessing"),
    },
)

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
