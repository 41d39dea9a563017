"""The errors of the reference executor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class CoreMLExecutorError(Exception):
    """The base class of all errors that this package raises on purpose."""


class InvalidPackage(CoreMLExecutorError):  # noqa: N818 - names the state of the file
    """The path is missing, is not an .mlpackage, is damaged, or contains something other than an ML Program."""


class UnsupportedOperator(CoreMLExecutorError):  # noqa: N818 - names what the file requires
    """The program uses operators that this executor does not implement.

    Attributes:
        operators: operator type -> the names of all operators of that type in the program.
    """

    def __init__(self, operators: Mapping[str, Sequence[str]]) -> None:
        self.operators = {op_type: tuple(names) for op_type, names in operators.items()}
        listing = "; ".join(f"{op_type} ({', '.join(names)})" for op_type, names in self.operators.items())
        super().__init__(f"no reference implementation for: {listing}")


class InvalidInput(CoreMLExecutorError):  # noqa: N818 - names what the caller passed
    """An input is missing or unknown, or its shape, dtype or value range differs from the model's declaration."""


class UnknownValue(CoreMLExecutorError):  # noqa: N818 - names what the caller requested
    """An intermediate value was requested by a name that the program does not define."""


class OperatorError(CoreMLExecutorError):
    """An operator failed while running, or returned a shape other than the declared one.

    Attributes:
        op_type: the type of the operator.
        op_name: the name of the operator in the program.
    """

    def __init__(self, op_type: str, op_name: str, reason: str) -> None:
        self.op_type = op_type
        self.op_name = op_name
        super().__init__(f"{op_type} {op_name!r}: {reason}")
