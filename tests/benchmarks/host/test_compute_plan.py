"""Counting Core ML's compute plan, with coremltools' own types but without a Mac."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from coremltools.models.compute_device import MLCPUComputeDevice, MLNeuralEngineComputeDevice

from cloformer.benchmarks.host.compute_plan import count_devices

CPU = object.__new__(MLCPUComputeDevice)  # their constructors need what only a Mac gives
NEURAL_ENGINE = object.__new__(MLNeuralEngineComputeDevice)


def plan(devices: list[object | None]) -> Any:  # noqa: ANN401 - stands for coremltools' plan
    program = SimpleNamespace(functions={"main": SimpleNamespace(block=SimpleNamespace(operations=devices))})
    return SimpleNamespace(
        model_structure=SimpleNamespace(program=program),
        get_compute_device_usage_for_mlprogram_operation=lambda device: (
            device and SimpleNamespace(preferred_compute_device=device)
        ),
    )


def test_operators_are_counted_by_device_and_pieces_by_change() -> None:
    found = count_devices(plan([None, NEURAL_ENGINE, None, NEURAL_ENGINE, CPU, NEURAL_ENGINE]))
    assert found.operators == {"neural engine": 3, "cpu": 1}
    assert found.partitions == 3


def test_a_program_in_one_place_is_one_piece() -> None:
    assert count_devices(plan([CPU, None, CPU])).partitions == 1
