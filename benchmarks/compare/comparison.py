"""The verdict on two records of the same case."""

from __future__ import annotations

from typing import Literal

from cloformer.benchmarks.records import Measurement
from cloformer.model import UsageError
from cloformer.runtimes.bundle.manifest import Facts

from .pairing import why_incomparable

SMALLEST_TOLERANCE = 0.10
"""Builds, layouts and temperatures that mean nothing differ by several percent from one day to the next."""

NOISY = 0.25
"""Noise above which a record says nothing but its order of magnitude."""

Verdict = Literal["better", "same", "worse", "noisy"]


class Comparison(Facts):
    """Of two records of one case.

    Attributes:
        before_ns: the median; of rigorous records the 90th percentile.
        ratio: after to before.
        tolerance: by how much they may differ and still be the same: 10 %, or the noise of either where that is more.
        verdict: ``noisy`` where a difference cannot be told from noise that was measured, or the machine was busy.
    """

    case: str
    statistic: Literal["median", "p90"]
    before_ns: int
    after_ns: int
    ratio: float
    tolerance: float
    verdict: Verdict


def compare_records(before: Measurement, after: Measurement) -> Comparison:
    """Compare two records.

    Raises:
        UsageError: they cannot be compared.
    """
    reason = why_incomparable(before, after)
    if reason or before.summary is None or after.summary is None:
        raise UsageError(f"{before.case} and {after.case} cannot be compared: {reason}")
    rigorous = before.protocol.name == "rigorous"
    first, second = (summary.p90_ns if rigorous else summary.median_ns for summary in (before.summary, after.summary))
    noise = max(before.summary.noise, after.summary.noise)
    tolerance = max(SMALLEST_TOLERANCE, noise)
    ratio = second / first
    return Comparison(
        case=f"{before.model.family} {before.model.variant} {before.artifact.precision}, {before.runtime.name}"
        f" {before.runtime.backend}" + (f", threads: {before.runtime.threads}" if before.runtime.threads else ""),
        statistic="p90" if rigorous else "median",
        before_ns=first,
        after_ns=second,
        ratio=round(ratio, 4),
        tolerance=round(tolerance, 4),
        verdict=_judge(ratio, tolerance, disturbed=before.disturbed or after.disturbed),
    )


def _judge(ratio: float, tolerance: float, *, disturbed: bool) -> Verdict:
    """A slower or faster time beside a busy neighbor proves nothing; one that is the same in spite of it does."""
    if tolerance > NOISY:
        return "noisy"
    if 1 / (1 + tolerance) <= ratio <= 1 + tolerance:
        return "same"
    if disturbed:
        return "noisy"
    return "better" if ratio < 1 else "worse"
