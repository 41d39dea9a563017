"""Timing a small export both ways."""

from __future__ import annotations

import sys

import pytest

from cloformer.benchmarks.export_time.measure import (
    ExportTimeSettings,
    _time_command,
    has_plain_export,
    measure_export_time,
)
from cloformer.model import ConversionError
from tests.targets import BASE


def test_the_memory_of_child_processes_counts() -> None:
    hog = "block = bytearray(200 * 2**20); import time; time.sleep(1)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hog!r}])"
    cost, _ = _time_command([sys.executable, "-c", parent])
    assert cost.peak_mb > 200
    assert cost.seconds >= 1


def test_a_command_that_fails_is_an_error_with_its_last_words() -> None:
    with pytest.raises(ConversionError, match="ended with code 3: no luck"):
        _time_command([sys.executable, "-c", "import sys; print('no luck', file=sys.stderr); sys.exit(3)"])


@pytest.mark.parametrize("target", BASE)
def test_the_base_targets_have_a_plain_export(target: str) -> None:
    assert has_plain_export(target)


@pytest.mark.nightly  # two exports of the whole network
def test_both_ways_are_measured_in_one_run() -> None:
    settings = ExportTimeSettings(("onnx",), "xxs", (32, 32), None, 1, plain=True, command="a test")
    told: list[str] = []
    report = measure_export_time(settings, told.append)
    assert [each.target for each in report.own] == [each.target for each in report.plain] == ["onnx"]
    assert report.own[0].stages["trace and translate to ONNX"] > 0
    assert report.own[0].seconds < report.cost.seconds
    assert report.ratio is not None and report.ratio > 0
    assert told == ["cloformer-export --target onnx --jobs 1", "ONNX with its libraries alone"]
