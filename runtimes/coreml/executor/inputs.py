"""Converting the arrays that a caller passes to the tensors of a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor

from .dtypes import from_numpy
from .errors import InvalidInput
from .features import InputFeature
from .schedule import Variable, fits

_HWC_TO_CHW = (2, 0, 1)


def prepare_inputs(
    features: Sequence[InputFeature], variables: Sequence[Variable], arrays: Mapping[str, np.ndarray]
) -> dict[int, Tensor]:
    """Check the arrays against the features, and return slot -> stored tensor.

    Raises:
        InvalidInput: a name is missing or unknown, or an array's shape or dtype differs from its declaration.
    """
    expected = {feature.name for feature in features}
    if set(arrays) != expected:
        raise InvalidInput(f"the inputs are {sorted(expected)}, not {sorted(arrays)}")
    return {
        variable.slot: _prepare(feature, variable, arrays[feature.name])
        for feature, variable in zip(features, variables, strict=True)
    }


def _prepare(feature: InputFeature, variable: Variable, array: np.ndarray) -> Tensor:
    if feature.kind == "image":
        array = image_to_planes(array, feature)
    elif array.dtype != feature.dtype:
        raise InvalidInput(f"input {feature.name!r} is {feature.dtype}, not {array.dtype}")
    if not fits(array.shape, feature.shape):
        raise InvalidInput(f"input {feature.name!r} has shape {feature.shape}, not {array.shape}")
    return from_numpy(array, variable.mil_dtype)


def image_to_planes(image: np.ndarray, feature: InputFeature) -> np.ndarray:
    """Convert an image to what Core ML passes to a program: planes of pixel values in the model's channel order.

    Args:
        image: an RGB image in uint8 (H, W, 3), a grayscale image in uint8 (H, W) or (H, W, 1), or an image in float
            (1, C, H, W) with values from 0 to 255, also in RGB order.
        feature: the declaration of the image input.

    Returns:
        The planes (1, C, H, W) in the feature's dtype.
    """
    if image.dtype == np.uint8:
        pixels = image[..., np.newaxis] if image.ndim == 2 else image
        if pixels.ndim != 3:
            raise InvalidInput(f"input {feature.name!r} is an image (H, W, C), not of shape {image.shape}")
        planes = pixels.transpose(_HWC_TO_CHW)[np.newaxis]
    elif image.dtype.kind == "f" and image.ndim == 4:
        planes = image
        if not bool(((planes >= 0) & (planes <= 255)).all()):
            raise InvalidInput(f"input {feature.name!r} has pixel values outside [0, 255]")
    else:
        raise InvalidInput(
            f"input {feature.name!r} is an image: uint8 (H, W, C) or float (1, C, H, W),"
            f" not {image.dtype} of shape {image.shape}"
        )
    return (planes[:, ::-1] if feature.color == "bgr" else planes).astype(feature.dtype)
