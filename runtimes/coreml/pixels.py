"""Core ML's image type takes 8-bit pixels, where sessions take floats in [0, 1]."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def to_pixels(batch: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Map the one image of (1, 3, H, W) in [0, 1] to (H, W, 3) in [0, 255]; what lies outside is cut off."""
    pixels: NDArray[np.uint8] = np.rint(batch[0].transpose(1, 2, 0).clip(0, 1) * 255).astype(np.uint8)
    return pixels
