"""Complete runs: what is recorded, what a kill loses, what resuming does, and what a failing case does not affect."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.benchmarks.host import run
from cloformer.benchmarks.host.cases import HostCase
from cloformer.benchmarks.host.run import Progress, measure_host_cases
from cloformer.benchmarks.records import Measurement, read_records
from cloformer.benchmarks.records.parts import Repeat
from cloformer.model import ConversionError, UsageError
from tests.benchmarks.host.conftest import DEVICE, TOOL
from tests.benchmarks.records.records import MEMORY, repeat


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The orders to the child processes; doubles of them answer at once."""
    asked: list[str] = []

    def time_repeat(order: run.TimingOrder) -> Repeat:
        asked.append(f"{order.threads} threads, repeat {order.index}")
        return repeat(order.index)

    def peak_memory(order: run.MemoryOrder) -> object:
        asked.append(f"{order.threads} threads, memory")
        return MEMORY

    monkeypatch.setattr(run, "time_repeat", time_repeat)
    monkeypatch.setattr(run, "peak_memory", peak_memory)
    return asked


def go(cases: list[HostCase], journal: Path) -> list[Measurement]:
    return measure_host_cases(cases, journal, DEVICE, TOOL, lambda _progress: None)


def test_real_children_fill_a_whole_record(cases: list[HostCase], tmp_path: Path) -> None:
    journal = tmp_path / "records.jsonl"
    records = go(cases, journal)
    assert [record.runtime.threads for record in records] == [1, 2]
    for record in records:
        assert record.complete
        assert [len(each.samples_ns) for each in record.repeats] == [5, 5]
        assert record.memory
        assert record.memory.peak_bytes > record.memory.before_bytes > 0
    assert len(journal.read_text().splitlines()) == 2


def test_a_kill_at_any_point_loses_one_job_at_most(cases: list[HostCase], tmp_path: Path, children: list[str]) -> None:
    for survived in range(1, 6):
        children.clear()
        journal = tmp_path / f"{survived}.jsonl"

        def stop(progress: Progress, at: int = survived) -> None:
            if progress.done == at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            measure_host_cases(cases, journal, DEVICE, TOOL, stop)
        with journal.open("ab") as file:
            file.write(b'{"schema_version":1,"case":"cut')  # the kill came in the middle of a line
        assert all(record.complete for record in go(cases, journal))
        assert len(children) == len(set(children)) == 6


def test_a_finished_run_has_nothing_to_resume(cases: list[HostCase], tmp_path: Path, children: list[str]) -> None:
    first = go(cases, tmp_path / "records.jsonl")
    children.clear()
    assert go(cases, tmp_path / "records.jsonl") == first
    assert children == []


def test_a_case_that_fails_does_not_stop_the_others(
    cases: list[HostCase], tmp_path: Path, children: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = run.time_repeat

    def fail_with_one_thread(order: run.TimingOrder) -> Repeat:
        if order.threads == 1:
            raise ConversionError("ONNX Runtime failed while running")
        return real(order)

    with monkeypatch.context() as patch:
        patch.setattr(run, "time_repeat", fail_with_one_thread)
        failed, measured = go(cases, tmp_path / "records.jsonl")
    assert failed.failure == "ONNX Runtime failed while running"
    assert measured.complete
    assert measured.failure is None
    assert children == ["2 threads, repeat 0", "2 threads, repeat 1", "2 threads, memory"]
    assert all(record.failure is None for record in go(cases, tmp_path / "records.jsonl"))  # tried again


def test_another_machines_records_are_left_alone(cases: list[HostCase], tmp_path: Path, children: list[str]) -> None:
    journal = tmp_path / "records.jsonl"
    go(cases, journal)
    before = journal.read_bytes()
    other = DEVICE.model_copy(update={"model": "another computer"})
    with pytest.raises(UsageError, match="has records from another machine"):
        measure_host_cases(cases, journal, other, TOOL, lambda _progress: None)
    assert journal.read_bytes() == before


def test_progress_counts_down(cases: list[HostCase], tmp_path: Path, children: list[str]) -> None:
    seen: list[Progress] = []
    measure_host_cases(cases, tmp_path / "records.jsonl", DEVICE, TOOL, seen.append)
    assert [progress.done for progress in seen] == [1, 2, 3, 4, 5, 6]
    assert seen[0].seconds_left > 0
    assert seen[-1].seconds_left == 0


def test_records_of_other_cases_stay_in_the_file(cases: list[HostCase], tmp_path: Path, children: list[str]) -> None:
    journal = tmp_path / "records.jsonl"
    go(cases[:1], journal)
    (second,) = go(cases[1:], journal)
    assert second.runtime.threads == 2
    assert [record.runtime.threads for record in read_records(journal)] == [1, 2]
