"""What a session refuses before its runtime sees it, and what it says then."""

from __future__ import annotations

import re

import numpy as np
import pytest

from cloformer.model import UsageError
from cloformer.runtimes.check_batch import check_batch, check_values

SHAPE = (1, 3, 64, 96)


def batch(*shape: int) -> np.ndarray:
    return np.zeros(shape, dtype=np.float32)


@pytest.mark.parametrize(
    ("given", "problem", "remedy"),
    [
        ([[0.5]], "is a list", r"numpy\.asarray"),
        (None, "is a NoneType", r"numpy\.asarray"),
        (np.float32(1), "is a float32", r"numpy\.asarray"),
        (batch(1, 3, 64, 96).astype(np.float64), "is float64", r"astype\('float32'\)$"),
        (batch(1, 3, 64, 96).astype(np.float16), "is float16", r"astype\('float32'\)$"),
        (batch(1, 3, 64, 96).astype(">f4"), "is >f4", r"astype\('float32'\)$"),
        (batch(1, 3, 64, 96).astype(np.uint8), "is uint8", "divide by 255"),
        (batch(0, 3, 64, 96), "is empty", "at least one image"),
        (batch(1, 64, 96, 3), "is 1x64x96x3; this artifact expects 1x3x64x96", r"transpose\(0, 3, 1, 2\)"),
        (batch(3, 64, 96), "is 3x64x96", r"image\[None\]"),
        (batch(4, 3, 64, 96), "is 4x3x64x96", "pass 1 at a time"),
        (batch(1, 3, 96, 64), "is 1x3x96x64", "preprocess"),
        (batch(1, 1, 64, 96), "is 1x1x64x96", "preprocess"),
        (batch(64, 96), "is 64x96", "preprocess"),
    ],
)
def test_what_does_not_fit_is_refused_with_advice(given: object, problem: str, remedy: str) -> None:
    with pytest.raises(UsageError, match=problem) as caught:
        check_batch(given, SHAPE)
    assert re.search(remedy, caught.value.remedy)


@pytest.mark.parametrize("count", [1, 7])
def test_an_open_batch_takes_any_number(count: int) -> None:
    check_batch(batch(count, 3, 64, 96), (None, 3, 64, 96))
    with pytest.raises(UsageError, match="expects Nx3x64x96"):
        check_batch(batch(count, 3, 64, 64), (None, 3, 64, 96))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("in_unit_range", [False, True])
def test_one_value_that_is_not_finite_is_refused(value: float, in_unit_range: bool) -> None:
    values = batch(*SHAPE)
    values[0, 2, 63, 95] = value
    with pytest.raises(UsageError, match="not finite"):
        check_values(values, in_unit_range=in_unit_range)


def test_pixels_in_another_range_are_refused_where_the_artifact_normalizes() -> None:
    ramp = np.linspace(0, 1, 24, dtype=np.float32)
    check_values(ramp * 1.2 - 0.1, in_unit_range=True)  # a resampling filter overshoots
    for wrong in (ramp * 255, ramp * 4.7 - 2.1):
        check_values(wrong, in_unit_range=False)
        with pytest.raises(UsageError, match=r"expects pixels in \[0, 1\]"):
            check_values(wrong, in_unit_range=True)
