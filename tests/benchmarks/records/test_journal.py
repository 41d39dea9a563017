"""Records in files: parts are joined, truncated last lines are ignored, and everything else is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.benchmarks.records import append_line, join_lines, read_records, replace_records
from cloformer.model import InputFileError
from tests.benchmarks.records.records import MEMORY, MILLISECOND, record, repeat


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "records.jsonl"


def test_the_lines_of_a_case_become_one_record(path: Path) -> None:
    append_line(path, record(repeat(1, [30, 30, 30])))
    append_line(path, record(repeat(0, [10, 10, 10]), case="another"))
    append_line(path, record(repeat(0, [20, 20, 20])))
    append_line(path, record(memory=MEMORY))
    whole, another = read_records(path)
    assert [each.index for each in whole.repeats] == [0, 1]
    assert whole.summary
    assert whole.summary.median_ns == 25 * MILLISECOND
    assert whole.complete
    assert another.case == "another"


def test_a_repeat_that_was_measured_again_replaces_the_first(path: Path) -> None:
    append_line(path, record(repeat(0, [10])))
    append_line(path, record(repeat(0, [40])))
    (joined,) = read_records(path)
    assert [each.samples_ns for each in joined.repeats] == [(40 * MILLISECOND,)]


def test_a_failure_stands_until_samples_follow() -> None:
    (failed,) = join_lines([record(failure="the app was killed"), record(memory=MEMORY)])
    assert failed.failure == "the app was killed"
    (measured,) = join_lines([record(failure="the app was killed"), record(repeat())])
    assert measured.failure is None


@pytest.mark.parametrize("kept", [1, 700, -1])
def test_what_a_killed_writer_left_is_ignored_and_then_cut_off(path: Path, kept: int) -> None:
    append_line(path, record(repeat(0)))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:kept])
    assert len(read_records(path)[0].repeats) == 1
    append_line(path, record(repeat(1)))
    assert path.read_bytes().startswith(whole)
    assert len(read_records(path)[0].repeats) == 2


def test_an_empty_file_holds_no_records(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert read_records(path) == []


def test_a_file_is_rewritten_with_one_line_a_case(path: Path) -> None:
    for index in (0, 1):
        append_line(path, record(repeat(index)))
    before = read_records(path)
    replace_records(path, before)
    assert len(path.read_text().splitlines()) == 1
    assert read_records(path) == before
    assert list(path.parent.iterdir()) == [path]


def test_a_damaged_line_is_named(path: Path) -> None:
    append_line(path, record(repeat(0)))
    good = path.read_text()
    path.write_text(good + good.replace('"iqr_ns":', '"iqr":'))
    with pytest.raises(InputFileError, match=r"records\.jsonl, line 2 .* summary"):
        read_records(path)


def test_lines_of_one_case_on_two_devices_are_refused(path: Path) -> None:
    one = record(repeat(0))
    append_line(path, one)
    append_line(path, record(repeat(1), device=one.device.model_copy(update={"os_version": "16"})))
    with pytest.raises(InputFileError, match="differ in device"):
        read_records(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"none\.jsonl: No such file"):
        read_records(tmp_path / "none.jsonl")
