"""Gather and scatter: reading and writing elements at computed positions.

Every scatter reduces to a table of flat positions, which has the shape of the updates.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from cloformer.runtimes.coreml.executor.arguments import flag, integer

from .signatures import Operator

_Combine = Callable[[Tensor, Tensor, Tensor], Tensor]
"""A function (flat data, flat positions, flat updates) -> new flat data."""


def gather(
    x: Tensor,
    indices: Tensor,
    axis: Tensor | None = None,
    batch_dims: Tensor | None = None,
    validate_indices: Tensor | None = None,
) -> Tensor:
    """Select slices of an axis, which the axes of ``indices`` replace; the first ``batch_dims`` axes are matched."""
    dim = (0 if axis is None else integer(axis)) % x.dim()
    index = _checked(indices, x.shape[dim], validate_indices)
    return _gather(x, index, dim, 0 if batch_dims is None else integer(batch_dims))


def _gather(x: Tensor, index: Tensor, dim: int, batch_dims: int) -> Tensor:
    if batch_dims:
        return torch.stack([_gather(a, b, dim - 1, batch_dims - 1) for a, b in zip(x, index, strict=True)])
    taken = x.index_select(dim, index.flatten())
    return taken.reshape(*x.shape[:dim], *index.shape, *x.shape[dim + 1 :])


def gather_along_axis(
    x: Tensor, indices: Tensor, axis: Tensor | None = None, validate_indices: Tensor | None = None
) -> Tensor:
    """Select one element per index, which replaces the element's coordinate on one axis."""
    dim = 0 if axis is None else integer(axis)
    return x.gather(dim, _checked(indices, x.shape[dim], validate_indices))


def gather_nd(
    x: Tensor,
    indices: Tensor,
    batch_dims: Tensor | None = None,
    validate_indices: Tensor | None = None,  # noqa: ARG001 - torch always checks
) -> Tensor:
    """Select slices at coordinates, which lie on the last axis of ``indices``."""
    return _gather_nd(x, indices.long(), 0 if batch_dims is None else integer(batch_dims))


def _gather_nd(x: Tensor, index: Tensor, batch_dims: int) -> Tensor:
    if batch_dims:
        return torch.stack([_gather_nd(a, b, batch_dims - 1) for a, b in zip(x, index, strict=True)])
    return x[tuple(index.unbind(-1))]


def scatter(
    data: Tensor,
    indices: Tensor,
    updates: Tensor,
    *,
    axis: Tensor | None = None,
    mode: str = "add",
    validate_indices: Tensor | None = None,
) -> Tensor:
    """Combine ``updates`` into the slices of an axis that a vector of indices selects."""
    dim = 0 if axis is None else integer(axis)
    index = _checked(indices, data.shape[dim], validate_indices)
    return _combine(data, _places(data).index_select(dim, index), updates, mode)


def scatter_along_axis(
    data: Tensor,
    indices: Tensor,
    updates: Tensor,
    *,
    axis: Tensor | None = None,
    mode: str = "add",
    validate_indices: Tensor | None = None,
) -> Tensor:
    """Combine each update into one element, whose coordinate on one axis is the index."""
    dim = 0 if axis is None else integer(axis)
    index = _checked(indices, data.shape[dim], validate_indices)
    return _combine(data, _places(data).gather(dim, index), updates, mode)


def scatter_nd(
    data: Tensor,
    indices: Tensor,
    updates: Tensor,
    mode: str = "add",
    validate_indices: Tensor | None = None,  # noqa: ARG001 - torch always checks
) -> Tensor:
    """Combine ``updates`` into the slices at coordinates, which lie on the last axis of ``indices``."""
    return _combine(data, _places(data)[tuple(indices.long().unbind(-1))], updates, mode)


def _checked(indices: Tensor, size: int, validate_indices: Tensor | None) -> Tensor:
    """Return the indices as int64, with negative ones counted from the end.

    With ``validate_indices`` negative indices are rejected, as in iOS 17; else they keep their iOS 15 meaning.
    """
    index = indices.long()
    if validate_indices is not None and flag(validate_indices) and bool(((index < 0) | (index >= size)).any()):
        raise IndexError(f"an index lies outside [0, {size})")
    return torch.where(index < 0, index + size, index)


def _places(data: Tensor) -> Tensor:
    return torch.arange(data.numel()).reshape(data.shape)


def _combine(data: Tensor, places: Tensor, updates: Tensor, mode: str) -> Tensor:
    flat = _COMBINE[mode](data.flatten(), places.flatten(), updates.flatten())
    return flat.reshape(data.shape)


def _reduce(reduction: str) -> _Combine:
    def combine(data: Tensor, places: Tensor, updates: Tensor) -> Tensor:
        return data.scatter_reduce(0, places, updates, reduction)

    return combine


def _divide(data: Tensor, places: Tensor, updates: Tensor) -> Tensor:
    return data / torch.ones_like(data).scatter_reduce(0, places, updates, "prod")


_COMBINE: dict[str, _Combine] = {
    "update": lambda data, places, updates: data.scatter(0, places, updates),
    "add": _reduce("sum"),
    "sub": lambda data, places, updates: data.scatter_reduce(0, places, -updates, "sum"),
    "mul": _reduce("prod"),
    "div": _divide,
    "max": _reduce("amax"),
    "min": _reduce("amin"),
}


OPERATORS: dict[str, Operator] = {
    "gather": gather,
    "gather_along_axis": gather_along_axis,
    "gather_nd": gather_nd,
    "scatter": scatter,
    "scatter_along_axis": scatter_along_axis,
    "scatter_nd": scatter_nd,
}
