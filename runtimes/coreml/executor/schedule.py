"""A MIL function as a flat list of steps that no longer needs coremltools.

Values live in numbered slots: MIL's names are for people, and the defaults that coremltools fills in may
share them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from coremltools.converters.mil.mil import Function, Operation, Var, types
from torch import Tensor

from .accumulation import NARROW, WIDE
from .dtypes import from_numpy, hold
from .errors import OperatorError
from .operators import ACCUMULATING, CONSTANT, OPERATORS, Operator, Result, Value

Shape = tuple[int | None, ...]
"""Sizes of the axes; None where the model leaves one open."""


@dataclass(frozen=True)
class Variable:
    """What a program declares of one value.

    Attributes:
        slot: where the value lives during a run.
        name: MIL's name.
        mil_dtype: MIL's data type, such as ``fp16``; of a dictionary or a list: ``dict``, ``list``.
        shape: sizes of the axes; empty for scalars.
    """

    slot: int
    name: str
    mil_dtype: str
    shape: Shape


@dataclass(frozen=True)
class Step:
    """One operator to run.

    Attributes:
        op_type: MIL's operator type.
        operator: the function to call.
        arguments: parameter -> the slot of its value, or the slots of its values.
        outputs: what it defines.
        last_uses: slots that no later step reads.
    """

    op_type: str
    operator: Operator
    arguments: Mapping[str, int | tuple[int, ...]]
    outputs: tuple[Variable, ...]
    last_uses: tuple[int, ...]


@dataclass(frozen=True)
class Schedule:
    """A function, ready to run.

    Attributes:
        inputs: in the order of the function.
        constants: slot -> value of every weight and parameter, compressed weights decompressed.
        steps: in order of execution.
        outputs: in the order of the function.
    """

    inputs: tuple[Variable, ...]
    constants: Mapping[int, Value]
    steps: tuple[Step, ...]
    outputs: tuple[Variable, ...]


def build_schedule(function: Function, *, accumulate_fp16: bool) -> Schedule:
    """Decode the constants of a coremltools ``Function`` and bind an implementation to each operation.

    Args:
        function: as ``load_program`` gives it; each of its operations has an implementation.
        accumulate_fp16: whether operators with an fp16 result also sum in fp16.
    """
    return _Builder(accumulate_fp16).build(function)


class _Builder:
    """Numbers the variables of one function while it walks over them."""

    def __init__(self, accumulate_fp16: bool) -> None:
        self._accumulate_fp16 = accumulate_fp16
        self._variables: dict[Var, Variable] = {}
        self._constants: dict[int, Value] = {}

    def build(self, function: Function) -> Schedule:
        inputs = tuple(self._variable(var) for var in function.inputs.values())
        running = []
        for operation in function.operations:
            if operation.op_type == "const":
                self._constants[self._variable(operation.outputs[0]).slot] = _constant(operation.outputs[0])
            elif operation.op_type in CONSTANT:
                self._evaluate(operation)
            else:
                running.append(operation)
        outputs = tuple(self._variable(var) for var in function.outputs)
        return Schedule(inputs, self._constants, self._steps(running, outputs), outputs)

    def _variable(self, var: Var) -> Variable:
        if var not in self._variables:
            slot = len(self._variables)
            self._variables[var] = Variable(slot, str(var.name), _mil_dtype(var), _shape(var))
        return self._variables[var]

    def _evaluate(self, operation: Operation) -> None:
        arguments = {
            name: self._constants[self._variable(var).slot] for name, var in operation.inputs.items() if var is not None
        }
        outputs = tuple(self._variable(var) for var in operation.outputs)
        result = CONSTANT[operation.op_type](**arguments)
        for variable, value in zip(outputs, settle(operation.op_type, outputs, result), strict=True):
            self._constants[variable.slot] = value

    def _arguments(self, operation: Operation) -> dict[str, int | tuple[int, ...]]:
        return {
            name: tuple(self._variable(item).slot for item in var)
            if isinstance(var, (list, tuple))
            else self._variable(var).slot
            for name, var in operation.inputs.items()
            if var is not None
        }

    def _steps(self, operations: list[Operation], outputs: tuple[Variable, ...]) -> tuple[Step, ...]:
        """Bind from the end, where a slot that is met for the first time is used for the last time."""
        alive = {variable.slot for variable in outputs} | set(self._constants)
        steps = []
        for operation in reversed(operations):
            arguments = self._arguments(operation)
            defined = tuple(self._variable(var) for var in operation.outputs)
            touched = {slot for item in arguments.values() for slot in _slots(item)}
            touched |= {variable.slot for variable in defined}
            last_uses = touched - alive
            alive |= last_uses
            operator = self._operator(operation.op_type, defined)
            steps.append(Step(operation.op_type, operator, arguments, defined, tuple(sorted(last_uses))))
        return tuple(reversed(steps))

    def _operator(self, op_type: str, outputs: tuple[Variable, ...]) -> Operator:
        if op_type in OPERATORS:
            return OPERATORS[op_type]
        narrow = self._accumulate_fp16 and outputs[0].mil_dtype == "fp16"
        return partial(ACCUMULATING[op_type], NARROW if narrow else WIDE)


def settle(op_type: str, outputs: tuple[Variable, ...], result: Result) -> list[Value]:
    """Round an operator's results to the declared data types.

    Raises:
        OperatorError: a result has another shape than its program declares.
    """
    results: tuple[Value, ...] = result if isinstance(result, tuple) else (result,)
    if len(results) != len(outputs):
        raise OperatorError(op_type, outputs[0].name, f"gave {len(results)} results, not {len(outputs)}")
    return [_settled(op_type, variable, value) for variable, value in zip(outputs, results, strict=True)]


def _settled(op_type: str, variable: Variable, value: Value) -> Value:
    if not isinstance(value, Tensor):
        return value
    if not fits(tuple(value.shape), variable.shape):
        raise OperatorError(
            op_type, variable.name, f"gave shape {tuple(value.shape)}, the program declares {variable.shape}"
        )
    return hold(value, variable.mil_dtype)


def fits(shape: tuple[int, ...], declared: Shape) -> bool:
    """Whether a shape agrees with a declared one, which may leave sizes open."""
    return len(shape) == len(declared) and all(
        wanted is None or size == wanted for size, wanted in zip(shape, declared, strict=True)
    )


def _slots(item: int | tuple[int, ...]) -> tuple[int, ...]:
    return item if isinstance(item, tuple) else (item,)


def _constant(var: Var) -> Value:
    dtype = _mil_dtype(var)
    if dtype == "string":
        return str(var.val)
    if dtype == "list":
        return tuple(item if isinstance(item, str) else int(item) for item in var.val)
    return from_numpy(np.asarray(var.val), dtype)


def _mil_dtype(var: Var) -> str:
    if types.is_list(var.sym_type):
        return "list"
    if types.is_dict(var.sym_type):
        return "dict"
    return str(types.builtin_to_string(var.dtype))


def _shape(var: Var) -> Shape:
    if not types.is_tensor(var.sym_type):
        return ()
    return tuple(int(size) if isinstance(size, (int, np.integer)) else None for size in var.shape)
