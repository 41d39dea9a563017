"""Small real artifacts, and a short protocol."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cloformer.benchmarks.host.cases import HostCase, find_cases
from cloformer.benchmarks.records.parts import DelegationFacts, DeviceFacts, Protocol, ToolFacts
from tests.commands.small_artifacts import write_onnx

QUICK = Protocol(name="custom", repeats=2, warm_up=2, samples=5)
TOOL = ToolFacts(name="cloformer-bench", version="0.1.0", request="cloformer-bench host model.onnx")
DEVICE = DeviceFacts(kind="computer", model="a computer", os="Linux", os_version="12", cores=2)


@pytest.fixture
def onnx_file(tmp_path: Path) -> Path:
    path = tmp_path / "model_fp32.onnx"
    write_onnx(path)
    return path


@pytest.fixture
def cases(onnx_file: Path) -> list[HostCase]:
    """Cases for the same artifact with one and two threads, described as in a folder."""
    found, skipped = find_cases([onnx_file], [1, 2], QUICK, pinned=True)
    assert not skipped
    known = found[0].artifact.model_copy(update={"delegation": DelegationFacts(operators={"cpu": 1})})
    return [replace(case, artifact=known) for case in found]
