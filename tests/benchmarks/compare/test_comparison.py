"""Verdicts at and near their bounds."""

from __future__ import annotations

import pytest

from cloformer.benchmarks.compare import compare_records
from cloformer.benchmarks.records.parts import Interference
from cloformer.model import UsageError
from tests.benchmarks.records.records import record, repeat


@pytest.mark.parametrize(
    ("after", "verdict"),
    [(100, "same"), (109.9, "same"), (110.1, "worse"), (91.0, "same"), (90.8, "better"), (200, "worse")],
)
def test_quiet_records_differ_from_ten_percent_on(after: float, verdict: str) -> None:
    found = compare_records(record(repeat(0, [100] * 5)), record(repeat(0, [after] * 5)))
    assert (found.verdict, found.tolerance) == (verdict, 0.1)
    assert found.ratio == pytest.approx(after / 100, rel=1e-3)


def test_the_measured_noise_is_tolerated_where_it_is_more() -> None:
    wobbling = record(repeat(0, [100] * 5), repeat(1, [120] * 5))  # its repeats differ by 18 %
    found = compare_records(wobbling, record(repeat(0, [125] * 5)))
    assert found.tolerance == pytest.approx(0.1818, abs=1e-3)
    assert found.verdict == "same"
    assert compare_records(wobbling, record(repeat(0, [140] * 5))).verdict == "worse"


def test_records_that_wobble_by_a_third_say_nothing() -> None:
    wild = record(repeat(0, [100] * 5), repeat(1, [140] * 5))
    assert compare_records(wild, record(repeat(0, [500] * 5))).verdict == "noisy"


def test_a_difference_beside_a_busy_neighbor_proves_nothing() -> None:
    busy = record(repeat(0, [150] * 5, interference=Interference(other_cpu_cores=1, busy=True)))
    quiet = record(repeat(0, [100] * 5))
    assert compare_records(quiet, busy).verdict == "noisy"
    assert compare_records(busy, busy).verdict == "same"


def test_rigorous_records_are_judged_by_their_90th_percentile() -> None:
    protocol = record(repeat()).protocol.model_copy(update={"name": "rigorous"})
    before = record(repeat(0, [100] * 85 + [105] * 15), protocol=protocol)
    after = record(repeat(0, [100] * 85 + [124] * 15), protocol=protocol)
    found = compare_records(before, after)
    assert (found.statistic, found.verdict) == ("p90", "worse")


def test_other_devices_are_refused() -> None:
    one = record(repeat())
    other = record(repeat(), device=one.device.model_copy(update={"model": "Pixel 7"}))
    with pytest.raises(UsageError, match="devices differ"):
        compare_records(one, other)
