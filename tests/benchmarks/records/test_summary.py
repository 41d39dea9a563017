"""The summary, compared with values computed by hand."""

from __future__ import annotations

import pytest

from cloformer.benchmarks.records import summarize_samples


def test_quantiles_lie_between_the_sorted_samples() -> None:
    summary = summarize_samples([[5, 1, 4, 2, 3]])
    assert (summary.samples, summary.min_ns, summary.median_ns) == (5, 1, 3)
    assert summary.iqr_ns == 2  # from 2 to 4
    assert summary.p90_ns == 5  # 4.6, between the fourth and the fifth


def test_samples_of_all_repeats_count() -> None:
    assert summarize_samples([[100, 100], [300, 300]]).median_ns == 200


@pytest.mark.parametrize(
    ("repeats", "noise"),
    [
        ([[100, 100], [100, 100]], 0.0),
        ([[100] * 9, [120] * 9], 0.1818),  # the repeats differ by 20, of a median of 110
        ([[75, 100, 100, 125] * 2], 0.125),  # one repeat: the quartiles are 93.75 and 106.25
    ],
)
def test_noise_is_the_larger_of_the_spread_within_and_between_repeats(repeats: list[list[int]], noise: float) -> None:
    assert summarize_samples(repeats).noise == noise
