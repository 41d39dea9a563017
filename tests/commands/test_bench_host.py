"""The command ``cloformer-bench host``."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from cloformer.benchmarks.records import read_records
from tests.commands.results import Run, assert_clear_failure, assert_refused_at_once
from tests.commands.small_artifacts import write_onnx
from tests.schemas import schema_text

QUICK = ("--repeats", "2", "--warm-up", "1", "--samples", "4", "--threads", "1")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model_fp32.onnx"
    write_onnx(path)
    return path


def test_records_follow_the_published_schema(run: Run, model: Path, tmp_path: Path) -> None:
    result = run("cloformer-bench", "host", model, *QUICK, "--json")
    assert result.code == 0, result.stderr
    (printed,) = result.document
    (line,) = (tmp_path / "records.jsonl").read_text().splitlines()
    assert json.loads(line) == printed
    jsonschema.validate(printed, json.loads(schema_text("measurement")))
    assert printed["tool"]["request"].startswith("cloformer-bench host ")
    assert printed["protocol"]["name"] == "custom"


def test_the_table_names_the_machine_and_the_times(run: Run, model: Path) -> None:
    result = run("cloformer-bench", "host", model, *QUICK)
    assert result.code == 0, result.stderr
    assert "1/3 CloFormer xxs fp32, ONNX Runtime cpu, threads: 1: " in result.stderr
    assert "3/3" in result.stderr
    assert "p90" in result.stderr


def test_records_are_not_overwritten(run: Run, model: Path, tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_text("mine")
    assert_refused_at_once(run("cloformer-bench", "host", model), 2, "already exists", "--resume")
    assert (tmp_path / "records.jsonl").read_text() == "mine"


@pytest.mark.parametrize("count", ["0", "4096"])
def test_impossible_thread_counts_are_refused(run: Run, model: Path, count: str) -> None:
    assert_refused_at_once(run("cloformer-bench", "host", model, "--threads", count), 2, "--threads")


def test_an_artifact_that_is_not_there_is_said(run: Run) -> None:
    assert_clear_failure(run("cloformer-bench", "host", "none.onnx"), 4, "there is no artifact")


def test_a_killed_run_goes_on_where_it_was(model: Path, tmp_path: Path) -> None:
    records = tmp_path / "records.jsonl"
    script = "from cloformer.benchmarks.cli import main; main()"
    command = [sys.executable, "-c", script, "host", str(model), "--records", str(records), "--threads", "1"]
    command += ["--repeats", "8", "--samples", "3"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not records.exists() or records.read_bytes().count(b"\n") < 2:
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    (before,) = read_records(records)
    assert 2 <= len(before.repeats) < 8
    done = subprocess.run([*command, "--resume"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (after,) = read_records(records)
    assert after.complete
    assert after.repeats[: len(before.repeats)] == before.repeats
