"""The images that a quantiser learns ranges and means from."""

from __future__ import annotations

import numpy as np

from cloformer.model import normalize

from .conversion import Conversion
from .reference_run import Floats, reference_inputs


def calibration_images(conversion: Conversion) -> Floats:
    """Return the reference images from left to right, as the artifact takes them: parity then judges on others."""
    images = reference_inputs(conversion.preprocessing)[..., ::-1]
    if conversion.request.input_kind == "normalized":
        images = normalize(images, conversion.preprocessing)
    return np.ascontiguousarray(images)


def batches_of(images: Floats, size: int) -> list[Floats]:
    """Cut ``images`` into batches of exactly ``size``; the last one is filled up with images from the front."""
    count = -(-len(images) // size)
    filled = np.resize(images, (count * size, *images.shape[1:]))
    return list(filled.reshape(count, size, *images.shape[1:]))
