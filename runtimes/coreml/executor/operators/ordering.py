"""Sorting, searching and running sums. Equal elements keep their order."""

from __future__ import annotations

from torch import Tensor

from cloformer.runtimes.coreml.executor.arguments import flag, integer

from .signatures import Operator


def argsort(x: Tensor, axis: Tensor | None = None, ascending: Tensor | None = None) -> Tensor:
    """Return the indices that sort an axis (default: the last), largest first unless ``ascending``."""
    descending = ascending is None or not flag(ascending)
    return x.argsort(dim=-1 if axis is None else integer(axis), descending=descending, stable=True)


def cumsum(
    x: Tensor, axis: Tensor | None = None, exclusive: Tensor | None = None, reverse: Tensor | None = None
) -> Tensor:
    """Return the running sum along an axis (default: the first), optionally from the end or excluding each element."""
    dim = 0 if axis is None else integer(axis)
    backwards = reverse is not None and flag(reverse)
    ordered = x.flip(dim) if backwards else x
    sums = ordered.cumsum(dim)
    if exclusive is not None and flag(exclusive):
        sums = sums.roll(1, dim)
        sums.select(dim, 0).zero_()
    return sums.flip(dim) if backwards else sums


def non_zero(x: Tensor) -> Tensor:
    """Return the coordinates of all nonzero elements, one row each."""
    return x.nonzero()


def topk(
    x: Tensor,
    *,
    k: Tensor | None = None,
    axis: Tensor | None = None,
    ascending: Tensor | None = None,
    sort: Tensor | None = None,  # noqa: ARG001 - without it any order is allowed, including this one
    return_indices: Tensor | None = None,
    output_indices_dtype: str = "int32",  # noqa: ARG001 - the output's declared type says the same
) -> Tensor | tuple[Tensor, Tensor]:
    """Return the values and indices of the k largest or smallest elements of an axis (default: the last); -1: all."""
    dim = -1 if axis is None else integer(axis)
    descending = ascending is None or not flag(ascending)
    values, indices = x.sort(dim=dim, descending=descending, stable=True)
    wanted = 1 if k is None else integer(k)
    count = x.shape[dim] if wanted == -1 else wanted
    values, indices = values.narrow(dim, 0, count), indices.narrow(dim, 0, count)
    return values if return_indices is not None and not flag(return_indices) else (values, indices)


OPERATORS: dict[str, Operator] = {"argsort": argsort, "cumsum": cumsum, "non_zero": non_zero, "topk": topk}
