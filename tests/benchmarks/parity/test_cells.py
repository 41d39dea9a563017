"""The table's cells: every combination in the registries, with a reason for those that cannot run."""

from __future__ import annotations

import sys

import pytest

from cloformer.benchmarks.parity.cells import Cell, all_cells
from cloformer.export.request.registry import TARGETS


def cells(*targets: str) -> list[Cell]:
    return all_cells(["xxs", "s"], list(targets), (64, 64))


def test_every_variant_and_precision_of_a_target_has_a_cell_of_its_own() -> None:
    found = cells(*TARGETS)
    assert len({cell.name for cell in found}) == len(found)
    for target in TARGETS.values():
        own = {(cell.variant, cell.precision) for cell in found if cell.target is target and not cell.missing}
        assert own == {(variant, precision) for variant in ("xxs", "s") for precision in target.precisions}


def test_tasks_and_precisions_are_chosen() -> None:
    found = all_cells(["xxs"], ["onnx"], (64, 64), ["features", "detection"], ["fp32"])
    assert [(cell.task, cell.precision, cell.name) for cell in found] == [
        ("features", "fp32", "xxs-features-onnx-fp32-onnxruntime_session"),
        ("detection", "fp32", "xxs-detection-onnx-fp32-onnxruntime_session"),
    ]


def test_what_cannot_be_measured_is_said_once_for_all_variants() -> None:
    found = cells(*TARGETS)
    assert {cell.variant for cell in found if cell.missing} == {"all"}
    assert {cell.variant for cell in found if not cell.missing} == {"xxs", "s"}


def test_an_ml_program_has_a_cell_in_core_ml_and_one_in_the_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    reasons = {cell.runtime.title: cell.missing for cell in cells("coreml") if cell.request}
    assert reasons == {"Core ML": "needs macOS", "Core ML reference executor": None}
    monkeypatch.setattr(sys, "platform", "darwin")
    assert {cell.missing for cell in cells("coreml") if cell.request} == {None}


def test_delegates_of_phones_are_named_and_not_run() -> None:
    reasons = {cell.delegate: cell.missing for cell in cells("executorch") if cell.request}
    assert set(reasons) == {"xnnpack", "coreml", "vulkan"}
    assert reasons["xnnpack"] is None
    assert reasons["vulkan"] == "the vulkan delegate runs only on a phone"


def test_a_package_that_is_missing_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloformer.benchmarks.parity.cells.missing_packages", lambda target: ["onnxsim"])
    assert {cell.missing for cell in cells("onnx") if cell.request} == {"needs onnxsim"}
