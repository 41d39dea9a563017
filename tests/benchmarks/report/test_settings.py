"""Grouping, ranking and pairing records."""

from __future__ import annotations

import pytest

from cloformer.benchmarks.report.correlation import correlate
from cloformer.benchmarks.report.document import make_document
from cloformer.benchmarks.report.settings import group_by_setting
from tests.benchmarks.records.records import record
from tests.benchmarks.report.measured import BASE, CLOFORMER, measured


def test_only_records_of_one_setting_stand_together() -> None:
    one_thread = BASE.runtime.model_copy(update={"threads": 1})
    other_phone = BASE.device.model_copy(update={"model": "Pixel 7"})
    records = [
        measured("CloFormer xxs", 10),
        measured("CloFormer xs", 9),
        measured("CloFormer xxs", 10, precision="int8"),
        measured("CloFormer xxs", 10, runtime=one_thread),
        measured("CloFormer xxs", 10, device=other_phone),
    ]
    settings = group_by_setting(records)
    assert [len(setting.entries) for setting in settings] == [2, 1, 1, 1]
    assert [entry.name for entry in settings[0].entries] == ["CloFormer xs", "CloFormer xxs"]  # the fastest first
    assert settings[2].title == "ExecuTorch 1.4.1 xnnpack, fp32, 1 thread"


def test_failures_stay_visible() -> None:
    (setting,) = group_by_setting([measured("CloFormer xxs", 10), record(case="b", failure="out of memory")])
    assert [each.failure for each in setting.failed] == ["out of memory"]


def test_rank_correlation() -> None:
    peers = [measured("EfficientNet B0", 12), measured("MobileNetV3 L", 4)]  # 0.39 and 0.22 G beside 0.6, 1.1 and 2.0
    (setting,) = group_by_setting([*CLOFORMER, *peers])
    found = correlate(setting)
    assert found
    assert found.networks == 5
    # Ranks 1 2 3 4 5 by multiply-adds, 1 3 2 4 5 by time: 1 - 6 * 2 / (5 * 24).
    assert found.rho == pytest.approx(0.9)


def test_three_networks_have_no_correlation() -> None:
    (setting,) = group_by_setting(CLOFORMER)
    assert correlate(setting) is None


def test_forms_and_precisions_are_paired() -> None:
    records = [
        measured("CloFormer xxs", 20, form="reference"),
        measured("CloFormer xxs", 10, form="xnnpack"),
        measured("CloFormer xxs", 8, form="xnnpack", precision="int8"),
        measured("RepViT M1.1", 5, precision="int8"),
    ]
    document = make_document(records, None, None)
    (form,) = document.forms
    assert form.times_faster == 2
    assert form.what == "CloFormer xxs, ExecuTorch 1.4.1 xnnpack, fp32, 4 threads"
    (precision,) = document.precisions
    assert precision.times_faster == pytest.approx(1.25)
