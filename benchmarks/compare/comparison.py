"""The verdict on two records of the same case."""

from __future__ import annotations

from typing import Literal

from cloformer.benchmarks.records import Measurement
from cloformer.model import UsageError
from cloformer.runtimes.bundle.manifest import Facts

from .pairing import why_incomparable

SMALLEST_TOLERANCE = 0.10
"""Minimum tolerance: builds, memory layouts and temperatures cause differences of several percent from day to day."""

NOISY = 0.25
"""Noise above which a record only indicates an order of magnitude."""

Verdict = Literal["better", "same", "worse", "noisy"]


class Comparison(Facts):
    """The comparison of two records of one case.

    Attributes:
        before_ns: median time before, or the 90th percentile for rigorous records.
        ratio: time after divided by time before.
        tolerance: relative difference up to which the times count as the same: 10 %, or the larger noise of the two
            records if that is more.
        verdict: verdict on the difference; ``noisy`` if it may be due to measured noise or to a busy machine.
    """

    case: str
    statistic: Literal["median", "p90"]
    before_ns: int
    after_ns: int
    ratio: float
    tolerance: float
    verdict: Verdict


def compare_records(before: Measurement, after: Measurement) -> Comparison:
    """Compare two records of the same case.

    Raises:
        UsageError: the records cannot be compared.
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
    """Return the verdict; on a disturbed machine, a different time proves nothing, but an equal time does."""
    if tolerance > NOISY:
        return "noisy"
    if 1 / (1 + tolerance) <= ratio <= 1 + tolerance:
        return "same"
    if disturbed:
        return "noisy"
    return "better" if ratio < 1 else "worse"
