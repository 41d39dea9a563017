"""A MIL function as a flat list of steps that no longer needs coremltools.

Values are stored in numbered slots, because MIL's names are only for people and not unique: the defaults that
coremltools fills in may share a name.
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
"""The sizes of the axes; None means any size."""


@dataclass(frozen=True)
class Variable:
    """The declaration of one value of a program.

    Attributes:
        slot: the number of the slot that stores the value during a run.
        name: the value's name in MIL.
        mil_dtype: the data type in MIL, such as ``fp16``; ``dict`` or ``list`` for a dictionary or a list.
        shape: the sizes of the axes; empty for scalars.
    """

    slot: int
    name: str
    mil_dtype: str
    shape: Shape


@dataclass(frozen=True)
class Step:
    """One operator to run.

    Attributes:
        op_type: the operator's type in MIL.
        operator: the function to call.
        arguments: parameter -> the slot of its value, or the slots of its values.
        outputs: the values that it defines.
        last_uses: the slots that no later step reads.
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
        inputs: the inputs, in the order of the function.
        constants: slot -> value of every weight and parameter; compressed weights are decompressed.
        steps: the steps, in order of execution.
        outputs: the outputs, in the order of the function.
    """

    inputs: tuple[Variable, ...]
    constants: Mapping[int, Value]
    steps: tuple[Step, ...]
    outputs: tuple[Variable, ...]


def build_schedule(function: Function, *, accumulate_fp16: bool) -> Schedule:
    """Decode the constants of a coremltools ``Function`` and bind an implementation to each operation.

    Args:
        function: a function from ``load_program``, all of whose operations have an implementation.
        accumulate_fp16: whether operators with an fp16 result also sum in fp16.
    """
    return _Builder(accumulate_fp16).build(function)


class _Builder:
    """A builder that numbers the variables of one function while it visits them."""

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
        """Return the steps, built from last to first, so that the first visit to a slot is its last use."""
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
        OperatorError: the number of results, or the shape of one, differs from the declaration.
    """
    results: tuple[Value, ...] = result if isinstance(result, tuple) else (result,)
    if len(results) != len(outputs):
        raise OperatorError(op_type, outputs[0].name, f"returned {len(results)} results, not {len(outputs)}")
    return [_settled(op_type, variable, value) for variable, value in zip(outputs, results, strict=True)]


def _settled(op_type: str, variable: Variable, value: Value) -> Value:
    if not isinstance(value, Tensor):
        return value
    if not fits(tuple(value.shape), variable.shape):
        raise OperatorError(
            op_type, variable.name, f"returned shape {tuple(value.shape)}, but the program declares {variable.shape}"
        )
    return hold(value, variable.mil_dtype)


def fits(shape: tuple[int, ...], declared: Shape) -> bool:
    """Return whether a shape matches a declared one, in which None means any size."""
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
