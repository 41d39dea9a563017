"""Measuring a phone over adb's real protocol, including slow, disconnected, full, hot and crashing phones."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest

pytest.importorskip("adbutils", reason="the extra android is not installed")

from cloformer.benchmarks.android.adb_phone import find_phone
from cloformer.benchmarks.devices.campaign import CampaignOptions, measure_phone
from cloformer.benchmarks.devices.patience import Patience
from cloformer.benchmarks.devices.phone import PhoneError, PhoneLostError
from cloformer.benchmarks.records import Measurement, read_records
from cloformer.benchmarks.records.parts import ToolFacts
from cloformer.model import UsageError
from tests.benchmarks.android.adb_server import PhoneDouble
from tests.benchmarks.android.conftest import QUICK

TOOL = ToolFacts(name="cloformer-bench", version="0.1.0", request="cloformer-bench android")
CASES = 3
"""Number of cases: ONNX Runtime on the CPU and in NNAPI, and ExecuTorch."""

REQUESTS = 1 + CASES * (1 + QUICK.repeats + 1)
"""Number of requests: one to inspect; then golden vectors, repeats and memory of each case."""


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "android.jsonl"


def go(
    bundle: Path, journal: Path, patience: Patience, said: list[str], threads: tuple[int, ...] = (4,)
) -> list[Measurement]:
    options = CampaignOptions([bundle], threads, QUICK)
    return measure_phone(find_phone(None), options, journal, patience, TOOL, said.append)


def assert_whole(records: list[Measurement], cases: int = CASES) -> None:
    assert len(records) == cases
    for record in records:
        assert record.complete
        assert [each.index for each in record.repeats] == [0, 1]
        assert record.self_test
        assert record.self_test.passed


def test_every_runtime_and_backend_is_measured(
    double: PhoneDouble, bundle: Path, journal: Path, patience: Patience, said: list[str]
) -> None:
    records = go(bundle, journal, patience, said, (1, 4))
    assert_whole(records, 5)  # NNAPI has no thread count
    assert {(each.runtime.name, each.runtime.backend, each.runtime.threads) for each in records} == {
        *(("ONNX Runtime", "cpu", threads) for threads in (1, 4)),
        *(("ExecuTorch", "xnnpack", threads) for threads in (1, 4)),
        ("ONNX Runtime", "nnapi", None),
    }
    assert records[0].model.multiply_adds  # the computer knows them, the app does not
    assert records[0].repeats[0].interference.airplane_mode is True
    assert len(double.app.asked) == 1 + 5 * 4
    assert len(journal.read_text().splitlines()) == 5
    for path in bundle.rglob("*"):
        if path.is_file():
            assert double.files[f"bundles/{bundle.name}/{path.relative_to(bundle)}"] == path.read_bytes()


def test_a_second_run_pushes_and_measures_nothing(
    double: PhoneDouble, bundle: Path, journal: Path, patience: Patience, said: list[str]
) -> None:
    first = go(bundle, journal, patience, said)
    said.clear()
    double.app.asked.clear()
    assert go(bundle, journal, patience, said) == first
    assert said == []
    assert [request.kind for request in double.app.asked] == ["inspect"]


@pytest.mark.parametrize("seed", range(4))
def test_a_cable_that_is_pulled_again_and_again_loses_nothing(
    double: PhoneDouble, bundle: Path, journal: Path, patience: Patience, said: list[str], seed: int
) -> None:
    double.away = 0.05
    steps = [int(hashlib.sha256(f"{seed} {index}".encode()).hexdigest(), 16) % 25 for index in range(8)]
    double.lost_at = [7 + sum(steps[: index + 1]) for index in range(len(steps))]
    assert_whole(go(bundle, journal, patience, said))
    assert double.lost_at == []
    assert any("broke: waiting" in line for line in said)


def test_a_phone_that_stays_away_ends_the_run_and_the_next_goes_on(
    double: PhoneDouble, bundle: Path, journal: Path, patience: Patience, said: list[str]
) -> None:
    def pull_the_cable_late(line: str) -> None:
        if line.startswith("5/12 "):
            double.lost_at, double.away = [double.answered + 1], 0.5

    impatient = Patience(0.1, 0.01, said.append)
    with pytest.raises(PhoneLostError):
        measure_phone(
            find_phone(None), CampaignOptions([bundle], [4], QUICK), journal, impatient, TOOL, pull_the_cable_late
        )
    kept = read_records(journal)
    assert sum(len(record.repeats) for record in kept) == 2  # after three self-tests
    time.sleep(double.away)
    double.app.asked.clear()
    assert_whole(go(bundle, journal, patience, said))
    assert len(double.app.asked) == REQUESTS - 5


def test_a_slow_phone_takes_longer_and_no_more(
    double: PhoneDouble, bundle: Path, journal: Path, patience: Patience, said: list[str]
) -> None:
    double.slow, double.app.seconds = 0.002, 0.05
    assert_whole(go(bundle, journal, patience, said))


def test_a_hot_phone_is_waited_for(
    double: PhoneDouble, bundle: Path, journal: Path, patience: Patience, said: list[str]
) -> None:
    double.thermal = [0, 3, 2, 2, 0]
    assert_whole(go(bundle, journal, patience, said))
    assert [line for line in said if "is hot" in line] == [
        "Pixel 6 (PIXEL6DOUBLE) is hot (its thermal status is severe): waiting"
    ]


def test_a_phone_that_stays_hot_ends_the_run(double: PhoneDouble, bundle: Path, journal: Path, said: list[str]) -> None:
    double.thermal = [4]
    with pytest.raises(PhoneError, match=r"is hot \(its thermal status is critical\), for 0 s"):
        go(bundle, journal, Patience(0.05, 0.01, said.append), said)
    assert [request.kind for request in double.app.asked] == ["inspect"]


def test_an_empty_battery_is_waited_for_too(double: PhoneDouble, bundle: Path, journal: Path, said: list[str]) -> None:
    double.battery = 9
    with pytest.raises(PhoneError, match=r"low on battery \(9 %\)"):
        go(bundle, journal, Patience(0.05, 0.01, said.append), said)


def test_a_full_phone_is_refused_before_anything_is_pushed(
    double: PhoneDouble, bundle: Path, journal: Path, patience: Patience, said: list[str]
) -> None:
    double.free_bytes = 2**20
    with pytest.raises(PhoneError, match="has 1 MB free, and needs 64"):
        go(bundle, journal, patience, said)
    assert double.files == {}


def test_a_backend_that_crashes_the_app_is_recorded_and_the_others_go_on(
    double: PhoneDouble, bundle: Path, journal: Path, patience: Patience, said: list[str]
) -> None:
    double.app.dies = {"nnapi": 99}
    records = go(bundle, journal, patience, said)
    (failed,) = [record for record in records if record.failure]
    assert failed.runtime.backend == "nnapi"
    assert "ended" in (failed.failure or "")
    assert sum(record.complete and not record.failure for record in records) == CASES - 1
    double.app.dies = {}
    again = go(bundle, journal, patience, said)
    assert sum(record.complete and not record.failure for record in again) == CASES


def test_another_devices_records_are_left_alone(
    double: PhoneDouble, bundle: Path, journal: Path, patience: Patience, said: list[str]
) -> None:
    go(bundle, journal, patience, said)
    before = journal.read_bytes()
    double.app.device = double.app.device.model_copy(update={"os_version": "16"})
    with pytest.raises(UsageError, match="has records from another device"):
        go(bundle, journal, patience, said)
    assert journal.read_bytes() == before


def test_results_that_arrive_damaged_are_not_taken(
    double: PhoneDouble,
    bundle: Path,
    journal: Path,
    patience: Patience,
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    phone = find_phone(None)
    whole = phone.pull

    def damaged(path: str) -> bytes | None:
        content = whole(path)
        return content + b"\n" if content and path.endswith(".jsonl") else content

    monkeypatch.setattr(phone, "pull", damaged)
    with pytest.raises(PhoneError, match="arrived damaged"):
        measure_phone(phone, CampaignOptions([bundle], [1], QUICK), journal, patience, TOOL, patience.tell)


def test_a_bundle_that_the_app_has_no_runtime_for_is_said(
    double: PhoneDouble, bundle: Path, journal: Path, patience: Patience, said: list[str]
) -> None:
    double.app.backends = {}
    with pytest.raises(UsageError, match="cannot run any artifact of cloformer_xxs_test_32x32"):
        go(bundle, journal, patience, said)
