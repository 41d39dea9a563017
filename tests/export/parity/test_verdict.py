"""The metrics against values worked out by hand, and what each bound lets through and stops."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cloformer.export.parity.verdict import Floats, bounds_for, compare, psnr_db


@pytest.fixture
def reference() -> Floats:
    """16 inputs, 5 classes, the first class 4 apart from the second, each input unlike its neighbors."""
    logits = np.zeros((16, 5), dtype=np.float32)
    for row in range(16):
        logits[row, row % 5] = 5.0
        logits[row, (row + 1) % 5] = 1.0
    return logits


def test_bounds_follow_contract_3(reference: Floats) -> None:
    fp32, fp16 = bounds_for("fp32", reference), bounds_for("fp16", reference)
    assert fp32.max_abs == pytest.approx(1e-4 * 5)
    assert (fp32.cosine, fp32.psnr_db, fp32.top1_agreement) == (0.99999, None, 1.0)
    assert (fp16.cosine, fp16.psnr_db, fp16.top1_agreement) == (None, 40.0, 0.99)
    assert fp16.sensitivity == pytest.approx(10 * 5 / 100)
    assert bounds_for("fp32", reference / 100).max_abs == pytest.approx(1e-4)  # never below 1e-4


def test_metrics_of_a_known_error(reference: Floats) -> None:
    outputs = reference.copy()
    outputs[3, 0] += 0.25
    report = compare(reference, outputs, "fp32")
    assert report.max_abs == pytest.approx(0.25)
    # One error of 0.25 among 80 values, against a peak of 5.
    assert report.psnr_db == pytest.approx(20 * math.log10(5 / (0.25 / math.sqrt(80))))
    # Row 3 is (0.25, 0, 0, 5, 1) against (0, 0, 0, 5, 1).
    assert report.cosine == pytest.approx(26 / math.sqrt(26 * (26 + 0.0625)))
    assert report.passed is False


def test_identical_logits_have_no_noise(reference: Floats) -> None:
    report = compare(reference, reference, "fp16")
    assert psnr_db(reference, reference) is None
    assert (report.passed, report.psnr_db, report.max_abs) == (True, None, 0.0)


@pytest.mark.parametrize(
    ("precision", "error", "passes"),
    [("fp32", 4.9e-4, True), ("fp32", 5.2e-4, False), ("fp16", 0.049, True), ("fp16", 0.051, False)],
)
def test_the_bound_is_where_it_should_be(reference: Floats, precision: str, error: float, passes: bool) -> None:
    # fp32: 1e-4 of the largest logit, 5. fp16: 40 dB below it, an error of 0.05 everywhere.
    sign = np.where(np.indices(reference.shape).sum(axis=0) % 2, 1, -1)
    outputs = (reference + error * sign).astype(np.float32)
    assert compare(reference, outputs, precision).passed is passes


def test_a_dead_graph_fails_even_where_every_value_is_close() -> None:
    nearly_constant = np.full((16, 4), 1.0, dtype=np.float32)
    nearly_constant += np.random.default_rng(0).uniform(0, 5e-5, nearly_constant.shape).astype(np.float32)
    dead = np.broadcast_to(nearly_constant.mean(axis=0), nearly_constant.shape).astype(np.float32)
    report = compare(nearly_constant, dead, "fp32")
    assert report.bounds is not None and report.max_abs is not None and report.max_abs < report.bounds.max_abs
    assert report.passed is False


def test_a_network_with_two_saturated_classes_is_not_dead() -> None:
    logits = np.array([[5.0, -5.0]] * 9 + [[-5.0, 5.0]] * 7, dtype=np.float32)
    assert compare(logits, logits, "fp16").passed is True


def test_a_tie_decides_nothing_and_a_flip_elsewhere_counts(reference: Floats) -> None:
    reference[0] = [5.0, 5.0 - 1e-5, 0, 0, 0]
    flipped = reference.copy()
    flipped[0, :2] = flipped[0, 1::-1]
    report = compare(reference, flipped, "fp32")
    assert (report.samples, report.decided, report.top1_agreement, report.passed) == (16, 15, 1.0, True)
    swapped = reference.copy()
    swapped[1, 1], swapped[1, 2] = 1.0, 5.0
    assert compare(reference, swapped, "fp32").top1_agreement == pytest.approx(14 / 15)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_fails(reference: Floats, value: float) -> None:
    outputs = reference.copy()
    outputs[7, 2] = value
    assert compare(reference, outputs, "fp16").passed is False


def test_another_shape_fails(reference: Floats) -> None:
    assert compare(reference, reference[:, :4], "fp32").passed is False
