"""Measuring an iPhone with a double of devicectl."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.benchmarks.devices.campaign import CampaignOptions, measure_phone
from cloformer.benchmarks.devices.patience import Patience
from cloformer.benchmarks.ios.devicectl_phone import find_devicectl_phone
from cloformer.benchmarks.records import Measurement
from cloformer.benchmarks.records.parts import Protocol, ToolFacts
from tests.benchmarks.ios.devicectl import IPhoneDouble

QUICK = Protocol(name="custom", repeats=2, warm_up=1, samples=3)
TOOL = ToolFacts(name="cloformer-bench", version="0.1.0", request="cloformer-bench ios")


def go(bundle: Path, journal: Path, said: list[str]) -> list[Measurement]:
    patience = Patience(5, 0.01, said.append)
    return measure_phone(
        find_devicectl_phone(None), CampaignOptions([bundle], [2], QUICK), journal, patience, TOOL, said.append
    )


def assert_whole(records: list[Measurement]) -> None:
    assert {(each.runtime.name, each.runtime.backend, each.runtime.threads) for each in records} == {
        ("Core ML", "all", None),
        ("Core ML", "cpu", 2),
        ("ONNX Runtime", "cpu", 2),
    }
    assert all(record.complete and record.self_test for record in records)


def test_every_compute_unit_is_measured(iphone: IPhoneDouble, bundle: Path, tmp_path: Path) -> None:
    said: list[str] = []
    records = go(bundle, tmp_path / "ios.jsonl", said)
    assert_whole(records)
    assert records[0].device.model == "iPhone14,5"
    launches = [command for command in iphone.commands if command[1:3] == ["process", "launch"]]
    assert all("--terminate-existing" in command for command in launches)
    assert len(launches) == 1 + 3 * 4


@pytest.mark.parametrize("first", [5, 40])
def test_a_cable_that_is_pulled_loses_nothing(iphone: IPhoneDouble, bundle: Path, tmp_path: Path, first: int) -> None:
    iphone.lost_at, iphone.away = [first, first + 30, first + 61], 0.05
    said: list[str] = []
    assert_whole(go(bundle, tmp_path / "ios.jsonl", said))
    assert any("is disconnected: waiting" in line for line in said)


def test_a_second_run_measures_nothing(iphone: IPhoneDouble, bundle: Path, tmp_path: Path) -> None:
    first = go(bundle, tmp_path / "ios.jsonl", [])
    iphone.app.asked.clear()
    assert go(bundle, tmp_path / "ios.jsonl", []) == first
    assert [request.kind for request in iphone.app.asked] == ["inspect"]
