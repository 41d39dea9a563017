"""How much an artifact may differ between two instruction sets."""

from __future__ import annotations

import numpy as np
import pytest

from cloformer.benchmarks.arm64.parity import compare_with_host

LOGITS = np.random.default_rng(0).normal(scale=3, size=(2, 4, 10)).astype(np.float32)


def largest() -> float:
    return float(np.abs(LOGITS).max())


@pytest.mark.parametrize(("precision", "relative"), [("fp32", 1e-5), (None, 1e-5), ("fp16", 1e-2)])
def test_floats_are_bound_relative_to_the_largest_logit(precision: str | None, relative: float) -> None:
    bound = relative * largest()
    within, beyond = LOGITS.copy(), LOGITS.copy()
    within[1, 2, 3] += 0.9 * bound
    beyond[1, 2, 3] -= 1.1 * bound
    assert compare_with_host(LOGITS, within, precision).passed
    report = compare_with_host(LOGITS, beyond, precision)
    assert not report.passed
    assert report.max_abs == pytest.approx(1.1 * bound, rel=0.01)
    assert report.inputs == 8


def test_int8_may_differ_by_two_steps_of_its_output() -> None:
    step = 0.25
    host = np.round(LOGITS / step).astype(np.float32) * step
    two, three = host.copy(), host.copy()
    two[0, 0, 0] += 2 * step
    three[0, 0, 0] += 3 * step
    assert compare_with_host(host, two, "int8").passed
    assert not compare_with_host(host, three, "int8").passed


def test_a_result_that_is_no_number_fails() -> None:
    broken = LOGITS.copy()
    broken[0, 0, 0] = np.nan
    assert not compare_with_host(LOGITS, broken, "fp32").passed


def test_top_1() -> None:
    flipped = LOGITS.copy()
    flipped[0, 0] = -flipped[0, 0]
    assert compare_with_host(LOGITS, flipped, "fp32").top1_agreement == 7 / 8
