"""The 1,797 handwritten digits that scikit-learn ships (UCI, 8x8 scans, 16 gray levels), with one fixed split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

HELD_OUT = 360
"""The number of images that training never sees: a fifth of all, the same share of every digit."""

_SPLIT_SEED = 0


@dataclass(frozen=True)
class Split:
    """Scans and the digits they show.

    Attributes:
        scans: the images (N, 8, 8), with 0 for paper and 255 for ink.
        targets: the digits (N,).
    """

    scans: NDArray[np.uint8]
    targets: NDArray[np.int64]

    def images(self) -> list[Image.Image]:
        """Return the scans as grayscale images of 8x8 pixels."""
        return [Image.fromarray(scan) for scan in self.scans]


def load_splits() -> tuple[Split, Split]:
    """Return the training split and the held-out split."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 - takes a second, and is rarely needed
    from sklearn.model_selection import train_test_split  # noqa: PLC0415

    digits = load_digits()
    scans = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    targets = digits.target.astype(np.int64)
    train, held_out = train_test_split(
        np.arange(len(targets)), test_size=HELD_OUT, stratify=targets, random_state=_SPLIT_SEED
    )
    return Split(scans[train], targets[train]), Split(scans[held_out], targets[held_out])
