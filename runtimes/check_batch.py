"""Refusing a batch that an artifact cannot take, or that is surely not what its caller meant."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cloformer.model import UsageError

BatchShape = tuple[int | None, ...]
"""N, 3, H, W; None takes any length."""

_OVERSHOOT = 0.5
"""How far outside [0, 1] pixels may lie: resampling filters overshoot. Those in [0, 255] or normalized lie farther."""


def check_batch(batch: object, shape: BatchShape) -> None:
    """Refuse a batch of the wrong type or shape before a runtime sees it.

    Raises:
        UsageError: says what was given, what is taken and how to get from one to the other.
    """
    if not isinstance(batch, np.ndarray):
        raise UsageError(f"the batch is a {type(batch).__name__}; sessions take numpy arrays", "give numpy.asarray(it)")
    if batch.dtype != np.float32:
        divided = " and divide by 255" if batch.dtype.kind in "iu" else ""
        raise UsageError(
            f"the batch is {batch.dtype}; sessions take float32", f"convert it with astype('float32'){divided}"
        )
    if not batch.size:
        raise UsageError(f"the batch is empty ({_text(batch.shape)})", "give at least one image")
    if not _fits(batch.shape, shape):
        given, taken = _text(batch.shape), _text(shape)
        raise UsageError(f"the batch is {given}; this artifact takes {taken}", _advice(batch, shape))


def check_values(batch: NDArray[np.float32], *, in_unit_range: bool) -> None:
    """Refuse values that are not finite and, where an artifact takes pixels in [0, 1], others.

    Raises:
        UsageError: says which values were given.
    """
    low, high = float(batch.min()), float(batch.max())  # NaN where one value is
    if not (math.isfinite(low) and math.isfinite(high)):
        raise UsageError("the batch holds values that are not finite", "look for NaN and infinity in the images")
    if in_unit_range and not (low >= -_OVERSHOOT and high <= 1 + _OVERSHOOT):
        raise UsageError(
            f"the batch holds values from {low:.3g} to {high:.3g}; this artifact takes pixels in [0, 1]",
            "divide 8-bit pixels by 255; do not normalize them, the artifact does",
        )


def _advice(batch: NDArray[np.float32], shape: BatchShape) -> str:
    """Say what would make the batch fit, where a usual mistake explains its shape."""
    if batch.ndim == 4 and _fits(tuple(batch.shape[axis] for axis in (0, 3, 1, 2)), shape):
        return "its channels are last: give batch.transpose(0, 3, 1, 2)"
    if _fits((1, *batch.shape), shape):
        return "give a batch of one: image[None]"
    if batch.ndim == len(shape) and _fits(batch.shape[1:], shape[1:]):
        return f"give {shape[0]} at a time, or export with another --batch-size"
    return "resize and crop the images with cloformer.model.preprocess"


def _fits(given: tuple[int, ...], shape: BatchShape) -> bool:
    return len(given) == len(shape) and all(
        wanted is None or length == wanted for length, wanted in zip(given, shape, strict=True)
    )


def _text(shape: BatchShape) -> str:
    return "x".join("N" if length is None else str(length) for length in shape)
