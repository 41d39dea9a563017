"""Summary statistics of a case's samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cloformer.runtimes.bundle.manifest import Facts


class Summary(Facts):
    """Statistics of all samples of a case, in whole nanoseconds.

    Quantiles are interpolated linearly between the sorted samples: the quantile q of n samples lies at index
    q * (n - 1), counted from 0, as in NumPy, R (type 7) and spreadsheets.

    Attributes:
        iqr_ns: distance between the quartiles.
        noise: uncertainty of the median, relative to it: the larger of the interquartile range and the range of the
            repeats' medians.
    """

    samples: int
    min_ns: int
    median_ns: int
    p90_ns: int
    iqr_ns: int
    noise: float


def summarize_samples(repeats: Sequence[Sequence[int]]) -> Summary:
    """Summarize the samples of one case's repeats, in nanoseconds; no repeat may be empty."""
    samples = np.concatenate([np.asarray(repeat, dtype=np.float64) for repeat in repeats])
    first, median, third, p90 = np.percentile(samples, [25, 50, 75, 90])
    medians = [np.median(repeat) for repeat in repeats]
    return Summary(
        samples=len(samples),
        min_ns=round(samples.min()),
        median_ns=round(median),
        p90_ns=round(p90),
        iqr_ns=round(third - first),
        noise=round(float(max(third - first, max(medians) - min(medians)) / median), 4),
    )
