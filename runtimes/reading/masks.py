"""Masks from a segmenter's output."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def read_mask(class_map: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the class of each pixel, (H, W), at the resolution of the class map (classes, H, W)."""
    mask: NDArray[np.int64] = class_map.argmax(axis=0)
    return mask
