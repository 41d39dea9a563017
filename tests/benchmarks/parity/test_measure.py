"""Cells are filled once: a later call continues an earlier one and retries failures."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cloformer.benchmarks.parity import measure as measuring
from cloformer.benchmarks.parity.cells import all_cells
from cloformer.benchmarks.parity.measure import CellRecord, measure_cells
from cloformer.export.pipeline import job as exports
from cloformer.export.pipeline.job import ExportJob
from cloformer.export.reference.run import ReferenceRun
from cloformer.export.request.request import ArtifactRequest
from cloformer.export.stages import Stages
from cloformer.model import ConversionError, InputFileError
from cloformer.runtimes import SessionInfo

SIZE = (32, 32)


class Runtime:
    """A runtime that returns the reference's logits with an error of ``error``."""

    shape = (None, 3, *SIZE)
    output_names = ("logits",)
    facts = None
    concurrency = 1

    def __init__(self, logits: np.ndarray, error: float) -> None:
        self.logits, self.error = logits, error

    def __enter__(self) -> Runtime:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def run_all(self, _batch: np.ndarray) -> dict[str, np.ndarray]:
        return {"logits": self.logits + np.float32(self.error)}

    def describe(self) -> SessionInfo:
        return SessionInfo("Stand-in", "1", "none", 1, device="a test")


ONNX_FILES = ["model_fp32.onnx", "model_fp16.onnx", "model_int8.onnx"]


class World:
    """Doubles of exports and runtimes that take no time.

    Attributes:
        exported: file names of the exported requests, in order.
        error: error of the runtimes that are opened next.
        broken: target whose export fails.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.exported: list[str] = []
        self.error = 0.0
        self.broken = ""
        logits = np.random.default_rng(0).normal(size=(16, 10)).astype(np.float32)
        images = np.zeros((16, 3, *SIZE), np.float32)
        self.truth = ReferenceRun(tuple(map(str, range(16))), images, images, {"logits": logits})
        config = SimpleNamespace(task="classification")
        network = SimpleNamespace(num_classes=10, config=config, output_kinds=lambda: {"logits": "logits"})
        monkeypatch.setattr(measuring, "create_network", lambda variant, task: network)
        monkeypatch.setattr(measuring, "describe_weights", lambda model: SimpleNamespace(name="none"))
        monkeypatch.setattr(exports, "run_reference", lambda model, contract: self.truth)
        monkeypatch.setattr(measuring, "run_export", self.export)
        monkeypatch.setattr(measuring, "open_artifact", self.open)

    def export(self, request: ArtifactRequest, job: ExportJob, _stages: Stages) -> SimpleNamespace:
        self.exported.append(request.file_name)
        if request.target.name == self.broken:
            raise ConversionError("the exporter is broken")
        job.output.mkdir(exist_ok=True)
        path = job.output / request.file_name
        path.write_bytes(b"artifact")
        return SimpleNamespace(path=path, report=SimpleNamespace(delegation=None))

    def open(self, path: Path, _backend: str | None, **_threads: object) -> Runtime:
        if not path.exists():
            raise InputFileError("gone")
        return Runtime(self.truth.logits, self.error)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def fill(folder: Path, *targets: str) -> dict[str, CellRecord]:
    found: dict[str, CellRecord] = {}
    records = measure_cells(
        all_cells(["xxs"], list(targets), SIZE), SIZE, folder, lambda cell, it: found.update({cell.name: it})
    )
    assert list(found.values()) == records
    return found


def test_what_was_measured_is_not_done_again(world: World, tmp_path: Path) -> None:
    first = fill(tmp_path, "onnx")
    assert world.exported == ONNX_FILES
    assert [record.parity.passed for record in first.values() if record.variant == "xxs"] == [True] * len(ONNX_FILES)
    assert fill(tmp_path, "onnx") == first
    (tmp_path / "xxs-onnx-fp16-onnxruntime_session.json").write_text('{"half": "a rec')
    assert fill(tmp_path, "onnx") == first
    assert world.exported == [*ONNX_FILES, "model_fp16.onnx"]


def test_a_cell_that_failed_is_tried_again(world: World, tmp_path: Path) -> None:
    world.broken = "onnx"
    failed = fill(tmp_path, "onnx", "coreml")
    assert failed["xxs-onnx-fp32-onnxruntime_session"].parity.not_run == "export failed: the exporter is broken"
    assert failed["xxs-coreml-fp32-coreml_executor_session"].parity.passed is True  # the others go on
    world.broken, world.exported = "", []
    again = fill(tmp_path, "onnx")
    assert [record.parity.passed for record in again.values() if record.variant == "xxs"] == [True] * len(ONNX_FILES)
    assert world.exported == ONNX_FILES


def test_an_artifact_that_differs_is_recorded_as_such(world: World, tmp_path: Path) -> None:
    world.error = 0.5
    record = fill(tmp_path, "onnx")["xxs-onnx-fp32-onnxruntime_session"]
    assert record.parity.passed is False
    assert record.parity.max_abs == pytest.approx(0.5)


def test_cells_that_cannot_run_need_no_export(world: World, tmp_path: Path) -> None:
    found = fill(tmp_path, "executorch")
    assert world.exported == ["model_fp32_xnnpack.pte", "model_fp16_xnnpack.pte", "model_int8_xnnpack.pte"]
    assert "phone" in str(found["all-executorch-vulkan-fp32-executorch_session"].parity.not_run)
