"""Masks from a segmenter's output."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def read_mask(class_map: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the class of each pixel, at the map's own resolution: (classes, H, W) becomes (H, W)."""
    mask: NDArray[np.int64] = class_map.argmax(axis=0)
    return mask
