"""The shapes that operator functions have.

A function's parameters carry the names that MIL gives them, and it is called with keywords. Numbers and
booleans arrive as tensors, strings as ``str``, lists of labels as tuples; an optional parameter that the
program leaves out is not passed, so its default here is MIL's default. Results are raw: the caller rounds
them to the declared data type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

Label = str | int
"""A class label of a classifier."""

Value = Tensor | str | tuple[Label, ...] | Label | Mapping[Label, float]
"""Anything that a MIL variable can hold here."""

Result = Tensor | tuple[Value, ...]
"""What an operator returns: one tensor, or one value for each of its outputs."""

Operator = Callable[..., Result]
"""An operator that is called with MIL's parameter names."""
