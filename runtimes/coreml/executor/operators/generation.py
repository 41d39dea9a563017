"""Operators that create tensors from sizes and single values."""

from __future__ import annotations

import torch
from torch import Tensor

from cloformer.runtimes.coreml.executor.arguments import integer, ints

from .signatures import Operator


def fill(shape: Tensor, value: Tensor | None = None) -> Tensor:
    """Return a tensor of the given shape, filled with one value (default: 0)."""
    return torch.full(ints(shape), 0.0 if value is None else value.item())


def fill_like(ref_tensor: Tensor, value: Tensor | None = None) -> Tensor:
    """Return a tensor with the shape of another, filled with one value (default: 0)."""
    return torch.full(ref_tensor.shape, 0.0 if value is None else value.item())


def one_hot(
    indices: Tensor,
    one_hot_vector_size: Tensor,
    axis: Tensor | None = None,
    on_value: Tensor | None = None,
    off_value: Tensor | None = None,
) -> Tensor:
    """Add an axis (default: the last) that is on only at the index, and all off for an index out of range."""
    dim = -1 if axis is None else integer(axis)
    hot = indices.unsqueeze(-1) == torch.arange(integer(one_hot_vector_size))
    on = torch.tensor(1) if on_value is None else on_value
    off = torch.tensor(0) if off_value is None else off_value
    return torch.where(hot, on, off).movedim(-1, dim)


def range_1d(end: Tensor, start: Tensor, step: Tensor) -> Tensor:
    """Return start, start + step, ... up to but not including end."""
    return torch.arange(start.item(), end.item(), step.item())


def shape(x: Tensor) -> Tensor:
    """Return the sizes of the tensor's axes."""
    return torch.tensor(x.shape)


OPERATORS: dict[str, Operator] = {
    "fill": fill,
    "fill_like": fill_like,
    "one_hot": one_hot,
    "range_1d": range_1d,
    "shape": shape,
}
