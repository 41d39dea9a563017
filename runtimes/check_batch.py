"""Rejecting a batch that an artifact cannot accept, or that is clearly a mistake."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cloformer.model import UsageError

BatchShape = tuple[int | None, ...]
"""The shape N, 3, H, W; None means any length."""

_OVERSHOOT = 0.5
"""The distance that pixels may lie outside [0, 1], because resampling filters overshoot; pixels in [0, 255] and
normalized pixels lie farther outside."""


def check_batch(batch: object, shape: BatchShape) -> None:
    """Reject a batch of the wrong type or shape before it reaches a runtime.

    Raises:
        UsageError: the batch does not fit; the message says what was given, what is expected and how to fix it.
    """
    if not isinstance(batch, np.ndarray):
        raise UsageError(
            f"the batch is a {type(batch).__name__}; sessions expect numpy arrays", "use numpy.asarray(it)"
        )
    if batch.dtype != np.float32:
        divided = " and divide by 255" if batch.dtype.kind in "iu" else ""
        raise UsageError(
            f"the batch is {batch.dtype}; sessions expect float32", f"convert it with astype('float32'){divided}"
        )
    if not batch.size:
        raise UsageError(f"the batch is empty ({_text(batch.shape)})", "pass at least one image")
    if not _fits(batch.shape, shape):
        given, expected = _text(batch.shape), _text(shape)
        raise UsageError(f"the batch is {given}; this artifact expects {expected}", _advice(batch, shape))


def check_values(batch: NDArray[np.float32], *, in_unit_range: bool) -> None:
    """Reject values that are not finite and, if the artifact expects pixels in [0, 1], values outside that range.

    Raises:
        UsageError: there are such values; the message says which.
    """
    low, high = float(batch.min()), float(batch.max())  # NaN if any value is NaN
    if not (math.isfinite(low) and math.isfinite(high)):
        raise UsageError("the batch contains values that are not finite", "look for NaN and infinity in the images")
    if in_unit_range and not (low >= -_OVERSHOOT and high <= 1 + _OVERSHOOT):
        raise UsageError(
            f"the batch contains values from {low:.3g} to {high:.3g}; this artifact expects pixels in [0, 1]",
            "divide 8-bit pixels by 255; do not normalize them, because the artifact does",
        )


def _advice(batch: NDArray[np.float32], shape: BatchShape) -> str:
    """Return advice on how to fix the batch's shape; common mistakes are recognized."""
    if batch.ndim == 4 and _fits(tuple(batch.shape[axis] for axis in (0, 3, 1, 2)), shape):
        return "its channels are last: use batch.transpose(0, 3, 1, 2)"
    if _fits((1, *batch.shape), shape):
        return "make it a batch of one: image[None]"
    if batch.ndim == len(shape) and _fits(batch.shape[1:], shape[1:]):
        return f"pass {shape[0]} at a time, or export with another --batch-size"
    return "resize and crop the images with cloformer.model.preprocess"


def _fits(given: tuple[int, ...], shape: BatchShape) -> bool:
    return len(given) == len(shape) and all(
        wanted is None or length == wanted for length, wanted in zip(given, shape, strict=True)
    )


def _text(shape: BatchShape) -> str:
    return "x".join("N" if length is None else str(length) for length in shape)
