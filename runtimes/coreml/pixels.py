"""Converting floats in [0, 1], which sessions accept, to the 8-bit pixels of Core ML's image type."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def to_pixels(batch: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Convert a batch of one image, (1, 3, H, W) in [0, 1], to (H, W, 3) in [0, 255]; values outside are clipped."""
    pixels: NDArray[np.uint8] = np.rint(batch[0].transpose(1, 2, 0).clip(0, 1) * 255).astype(np.uint8)
    return pixels
