"""Elementwise operators of two or three tensors, with numpy's broadcasting."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from .signatures import Operator


def _of_x_and_y(function: Callable[[Tensor, Tensor], Tensor]) -> Operator:
    def operator(x: Tensor, y: Tensor) -> Tensor:
        return function(x, y)

    return operator


def select(cond: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Return a where cond is True, and b elsewhere."""
    return torch.where(cond, a, b)


OPERATORS: dict[str, Operator] = {
    "add": _of_x_and_y(torch.add),
    "equal": _of_x_and_y(torch.eq),
    "floor_div": _of_x_and_y(torch.floor_divide),
    "greater": _of_x_and_y(torch.gt),
    "greater_equal": _of_x_and_y(torch.ge),
    "less": _of_x_and_y(torch.lt),
    "less_equal": _of_x_and_y(torch.le),
    "logical_and": _of_x_and_y(torch.logical_and),
    "logical_or": _of_x_and_y(torch.logical_or),
    "logical_xor": _of_x_and_y(torch.logical_xor),
    "maximum": _of_x_and_y(torch.maximum),
    "minimum": _of_x_and_y(torch.minimum),
    "mod": _of_x_and_y(torch.remainder),
    "mul": _of_x_and_y(torch.mul),
    "not_equal": _of_x_and_y(torch.ne),
    "pow": _of_x_and_y(torch.pow),
    "real_div": _of_x_and_y(torch.true_divide),
    "select": select,
    "sub": _of_x_and_y(torch.sub),
}
