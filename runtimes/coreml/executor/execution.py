"""Running a schedule step by step."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import torch
from torch import Tensor

from .dtypes import to_numpy
from .errors import OperatorError
from .operators import Label, Value
from .schedule import Schedule, Step, Variable, settle

OutputValue = np.ndarray | Label | Mapping[Label, float]
"""The value of an output: an array or, for a classifier, its label or its scores by label."""


def execute(schedule: Schedule, inputs: Mapping[int, Tensor], wanted: Collection[str] = ()) -> dict[str, OutputValue]:
    """Run every step and free each value after its last use.

    Args:
        schedule: the schedule to run.
        inputs: slot -> value of each input, stored as ``dtypes.hold`` describes.
        wanted: the names of additional values to return.

    Returns:
        The name -> value of each output and each wanted value, in the declared data types.

    Raises:
        OperatorError: an operator failed.
    """
    values: dict[int, Value] = {**schedule.constants, **inputs}
    results: dict[str, OutputValue] = {}
    with torch.inference_mode():
        for step in schedule.steps:
            _run_step(step, values)
            for variable in step.outputs:
                if variable.name in wanted:
                    results[variable.name] = _leave(values[variable.slot], variable)
            for slot in step.last_uses:
                del values[slot]
    for variable in schedule.outputs:
        results[variable.name] = _leave(values[variable.slot], variable)
    return results


def _run_step(step: Step, values: dict[int, Value]) -> None:
    arguments = {
        name: tuple(values[slot] for slot in item) if isinstance(item, tuple) else values[item]
        for name, item in step.arguments.items()
    }
    try:
        result = step.operator(**arguments)
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise OperatorError(step.op_type, step.outputs[0].name, str(error)) from error
    for variable, value in zip(step.outputs, settle(step.op_type, step.outputs, result), strict=True):
        values[variable.slot] = value


def _leave(value: Value, variable: Variable) -> OutputValue:
    """Convert a value to the form that the caller receives."""
    if isinstance(value, Tensor):
        return to_numpy(value, variable.mil_dtype)
    if isinstance(value, tuple):
        raise OperatorError("list", variable.name, "a list cannot be an output of the program")
    return value
