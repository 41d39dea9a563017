"""The command ``cloformer-bench report``."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.benchmarks.records import append_line
from tests.benchmarks.records.records import record
from tests.benchmarks.report.measured import CLOFORMER, measured
from tests.commands.results import Run, assert_clear_failure


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records.jsonl"
    for each in (*CLOFORMER, measured("RepViT M1.1", 8)):
        append_line(path, each)
    return path


def test_both_pages_are_written(run: Run, records: Path, tmp_path: Path) -> None:
    result = run("cloformer-bench", "report", records, "--output", "docs/page.html", "--output", "docs/page.md")
    assert result.code == 0, result.stderr
    assert (tmp_path / "docs" / "page.html").read_text("utf-8").startswith("<!doctype html>")
    assert "## The claims" in (tmp_path / "docs" / "page.md").read_text("utf-8")
    assert {path.name for path in (tmp_path / "docs").iterdir()} == {"page.html", "page.md"}


def test_another_kind_of_page_is_refused(run: Run, records: Path) -> None:
    assert_clear_failure(run("cloformer-bench", "report", records, "--output", "page.pdf"), 2, "page.pdf")


def test_records_without_a_measurement_are_refused(run: Run, tmp_path: Path) -> None:
    append_line(tmp_path / "failed.jsonl", record(failure="no delegate"))
    assert_clear_failure(run("cloformer-bench", "report", "failed.jsonl"), 4, "nothing was measured")


def test_a_wrong_prediction_is_refused(run: Run, records: Path, tmp_path: Path) -> None:
    (tmp_path / "prediction.json").write_text("{}")
    result = run("cloformer-bench", "report", records, "--prediction", "prediction.json")
    assert_clear_failure(result, 4, "is not a prediction", "cloformer-bench latency-model")
    assert not (tmp_path / "report.html").exists()
