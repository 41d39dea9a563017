"""What is said of a case's samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cloformer.runtimes.bundle.manifest import Facts


class Summary(Facts):
    """Of all samples of a case, whole nanoseconds.

    Quantiles are interpolated linearly between the sorted samples: the quantile q of n samples lies at index
    q * (n - 1), counted from 0, as in NumPy, R (type 7) and spreadsheets.

    Attributes:
        iqr_ns: distance between the quartiles.
        noise: the case's own uncertainty, relative to the median: the larger of the interquartile range and of the
            range of the repeats' medians.
    """

    samples: int
    min_ns: int
    median_ns: int
    p90_ns: int
    iqr_ns: int
    noise: float


def summarize_samples(repeats: Sequence[Sequence[int]]) -> Summary:
    """Summarize the samples, in nanoseconds, of one case's repeats, none of them empty."""
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
