"""The signatures of operator functions.

A function's parameters have MIL's names, and it is called with keywords. Numbers and booleans arrive as tensors,
strings as ``str``, lists of labels as tuples; an optional parameter that the program omits is not passed, so its
default here is MIL's default. Results are raw: the caller rounds them to the declared data type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

Label = str | int
"""A class label of a classifier."""

Value = Tensor | str | tuple[Label, ...] | Label | Mapping[Label, float]
"""The value of a MIL variable in the executor."""

Result = Tensor | tuple[Value, ...]
"""The result of an operator: one tensor, or one value for each of its outputs."""

Operator = Callable[..., Result]
"""A function that runs an operator and is called with MIL's parameter names."""
