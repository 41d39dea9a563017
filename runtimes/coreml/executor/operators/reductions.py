"""Reductions over axes: without ``axes`` they reduce all axes, and without ``keep_dims`` they remove them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from cloformer.runtimes.coreml.executor.accumulation import Accumulator, mean_over
from cloformer.runtimes.coreml.executor.arguments import flag, integer, ints

from .signatures import Operator

_Reduction = Callable[[Accumulator, Tensor, list[int]], Tensor]
"""A function (accumulator, x, axes) -> reduced tensor, in which the axes have size 1."""


def _over_axes(reduction: _Reduction) -> Operator:
    def operator(
        accumulator: Accumulator, x: Tensor, axes: Tensor | None = None, keep_dims: Tensor | None = None
    ) -> Tensor:
        dims = list(range(x.dim())) if axes is None else ints(axes)
        kept = reduction(accumulator, x, dims)
        return kept if keep_dims is not None and flag(keep_dims) else kept.squeeze(dims)

    return operator


def _log_sum_exp(accumulator: Accumulator, x: Tensor, axes: list[int]) -> Tensor:
    largest = x.amax(dim=axes, keepdim=True)
    return torch.log(accumulator.total(torch.exp(x - largest), axes)) + largest


def _product(_: Accumulator, x: Tensor, axes: list[int]) -> Tensor:
    for axis in axes:
        x = x.prod(dim=axis, keepdim=True)
    return x


def _over_axis(index_of: Callable[[Tensor, int, bool], Tensor]) -> Operator:
    def operator(
        x: Tensor,
        axis: Tensor | None = None,
        keep_dims: Tensor | None = None,
        output_dtype: str = "int32",  # noqa: ARG001 - the output's declared type says the same
    ) -> Tensor:
        keep = keep_dims is not None and flag(keep_dims)
        return index_of(x, -1 if axis is None else integer(axis), keep)

    return operator


OPERATORS: dict[str, Operator] = {
    "reduce_argmax": _over_axis(lambda x, axis, keep: x.argmax(dim=axis, keepdim=keep)),
    "reduce_argmin": _over_axis(lambda x, axis, keep: x.argmin(dim=axis, keepdim=keep)),
}

ACCUMULATING: dict[str, Operator] = {
    "reduce_l1_norm": _over_axes(lambda acc, x, axes: acc.total(x.abs(), axes)),
    "reduce_l2_norm": _over_axes(lambda acc, x, axes: torch.sqrt(acc.total(torch.square(x), axes))),
    "reduce_log_sum": _over_axes(lambda acc, x, axes: torch.log(acc.total(x, axes))),
    "reduce_log_sum_exp": _over_axes(_log_sum_exp),
    "reduce_max": _over_axes(lambda _, x, axes: x.amax(dim=axes, keepdim=True)),
    "reduce_mean": _over_axes(mean_over),
    "reduce_min": _over_axes(lambda _, x, axes: x.amin(dim=axes, keepdim=True)),
    "reduce_prod": _over_axes(_product),
    "reduce_sum": _over_axes(lambda acc, x, axes: acc.total(x, axes)),
    "reduce_sum_square": _over_axes(lambda acc, x, axes: acc.total(torch.square(x), axes)),
}
