"""Small MIL programs, built with coremltools and run three ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import coremltools as ct
import numpy as np
from coremltools.converters.mil import Builder as mb  # noqa: N813 - coremltools' own abbreviation
from coremltools.converters.mil.mil import Function, Program, Var, types

from cloformer.runtimes.coreml.executor.dtypes import from_numpy
from cloformer.runtimes.coreml.executor.execution import execute
from cloformer.runtimes.coreml.executor.schedule import build_schedule

Build = Callable[..., Any]
"""Variables in, one variable or several out."""

__all__ = ["LATEST", "Build", "Var", "floats", "inferred", "integers", "run", "save"]

LATEST = ct.target.iOS18


def _program(build: Build, arrays: Sequence[np.ndarray], opset: ct.target) -> Program:
    """A program with the function ``main``, whose inputs x0, x1, ... are shaped like the arrays."""
    specs = {
        f"x{index}": mb.TensorSpec(array.shape, dtype=types.numpy_type_to_builtin_type(array.dtype))
        for index, array in enumerate(arrays)
    }
    with Function(specs, opset) as function:
        outputs = build(*function.inputs.values())
        function.set_outputs(list(outputs) if isinstance(outputs, (list, tuple)) else [outputs])
    program = Program()
    program.add_function("main", function)
    return program


def run(
    build: Build, *arrays: np.ndarray, opset: ct.target = LATEST, accumulate_fp16: bool = False
) -> list[np.ndarray]:
    """What the executor computes for a program whose inputs are the arrays."""
    program = _program(build, arrays, opset)
    schedule = build_schedule(program.functions["main"], accumulate_fp16=accumulate_fp16)
    inputs = {
        variable.slot: from_numpy(array, variable.mil_dtype)
        for variable, array in zip(schedule.inputs, arrays, strict=True)
    }
    results = execute(schedule, inputs)
    return [np.asarray(results[variable.name]) for variable in schedule.outputs]


def inferred(build: Build, *arrays: np.ndarray, opset: ct.target = LATEST) -> list[np.ndarray]:
    """What coremltools itself computes where all inputs are constants (``value_inference``)."""
    found: list[np.ndarray] = []

    def on_constants(x: Var) -> Var:
        outputs = build(*[mb.const(val=array) for array in arrays])
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        assert all(output.val is not None for output in outputs), "coremltools does not infer this value"
        found.extend(np.asarray(output.val) for output in outputs)
        return mb.identity(x=x)

    _program(on_constants, [np.zeros(1, np.float32)], opset)
    return found


def save(build: Build, arrays: Sequence[np.ndarray], path: Path, opset: ct.target = LATEST) -> Path:
    """The program as an .mlpackage, without any optimization; its inputs are called x0, x1, ..."""
    ct.convert(
        _program(build, arrays, opset),
        convert_to="mlprogram",
        minimum_deployment_target=opset,
        compute_precision=ct.precision.FLOAT32,
        pass_pipeline=ct.PassPipeline.EMPTY,
        skip_model_load=True,
    ).save(str(path))
    return path


def floats(*shape: int, seed: int = 0, low: float = -2.0, high: float = 2.0) -> np.ndarray:
    """Uniform float32 values."""
    return np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32)


def integers(*shape: int, seed: int = 0, low: int = -5, high: int = 6) -> np.ndarray:
    """Uniform int32 values below ``high``."""
    return np.random.default_rng(seed).integers(low, high, shape).astype(np.int32)
