"""The real inputs of every comparison: photographs and digits that come with scikit-image and scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from PIL import Image

GOLDEN_NAMES = ("astronaut", "chelsea", "coffee", "rocket", "china", "digit_3", "digit_5", "digit_8")
"""The images that become a bundle's golden vectors."""


def _photograph(name: str) -> Image.Image:
    from skimage import data  # noqa: PLC0415 - half a second, and only parity needs it

    loaded = getattr(data, name)()
    return Image.fromarray(loaded[0] if isinstance(loaded, tuple) else loaded)


def _sample_image(name: str) -> Image.Image:
    from sklearn.datasets import load_sample_image  # noqa: PLC0415

    return Image.fromarray(load_sample_image(f"{name}.jpg"))


def _digit(digit: int) -> Image.Image:
    """Return the first 8x8 scan of ``digit``; its values 0 to 16 become 0 to 255."""
    from sklearn.datasets import load_digits  # noqa: PLC0415

    digits = load_digits()
    first = digits.images[list(digits.target).index(digit)]
    return Image.fromarray(np.rint(first * (255 / 16)).astype(np.uint8))


_SOURCES: dict[str, tuple[Callable[..., Image.Image], str | int]] = {
    **{
        name: (_photograph, name)
        for name in ("astronaut", "chelsea", "coffee", "rocket", "retina", "hubble_deep_field")
    },
    "tissue": (_photograph, "immunohistochemistry"),
    "motorcycle": (_photograph, "stereo_motorcycle"),
    "cameraman": (_photograph, "camera"),  # grayscale
    "china": (_sample_image, "china"),
    "flower": (_sample_image, "flower"),
    **{f"digit_{digit}": (_digit, digit) for digit in (0, 3, 5, 7, 8)},
}


@cache
def reference_images() -> dict[str, Image.Image]:
    """Return the sixteen images by name, in their own sizes and color modes."""
    return {name: load(argument) for name, (load, argument) in _SOURCES.items()}
