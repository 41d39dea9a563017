"""The command ``cloformer-bench compare``."""

from __future__ import annotations

from pathlib import Path

from cloformer.benchmarks.records import Measurement, append_line
from tests.benchmarks.records.records import record, repeat
from tests.commands.results import Run, assert_clear_failure


def write(path: Path, *records: Measurement) -> Path:
    for each in records:
        append_line(path, each)
    return path


def test_a_slower_case_is_shown_and_is_the_exit_code(run: Run, tmp_path: Path) -> None:
    before = write(tmp_path / "before.jsonl", record(repeat(0, [100] * 5)))
    after = write(tmp_path / "after.jsonl", record(repeat(0, [130] * 5)))
    result = run("cloformer-bench", "compare", before, after)
    assert result.code == 8
    assert "worse" in result.stderr
    assert run("cloformer-bench", "compare", after, before).code == 0


def test_programs_get_one_document(run: Run, tmp_path: Path) -> None:
    one = record(repeat(0, [100] * 5))
    xs = record(repeat(), case="xs", model=one.model.model_copy(update={"variant": "xs"}))
    before, after = write(tmp_path / "a.jsonl", one), write(tmp_path / "b.jsonl", one, xs)
    document = run("cloformer-bench", "compare", before, after, "--json").document
    assert [each["verdict"] for each in document["comparisons"]] == ["same"]
    assert document["only_after"] == ["xs"]


def test_another_device_is_refused(run: Run, tmp_path: Path) -> None:
    one = record(repeat())
    other = record(repeat(), device=one.device.model_copy(update={"model": "Pixel 7"}))
    result = run("cloformer-bench", "compare", write(tmp_path / "a.jsonl", one), write(tmp_path / "b.jsonl", other))
    assert_clear_failure(result, 2, "cannot be compared", "Pixel 6", "Pixel 7")


def test_files_without_a_common_case_are_refused(run: Run, tmp_path: Path) -> None:
    one = record(repeat())
    xs = record(repeat(), model=one.model.model_copy(update={"variant": "xs"}))
    result = run("cloformer-bench", "compare", write(tmp_path / "a.jsonl", one), write(tmp_path / "b.jsonl", xs))
    assert_clear_failure(result, 2, "no case in common")


def test_a_damaged_file_is_named(run: Run, tmp_path: Path) -> None:
    good = write(tmp_path / "good.jsonl", record(repeat()))
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"case": 1}\n')
    assert_clear_failure(run("cloformer-bench", "compare", good, bad), 4, "bad.jsonl, line 1")
