"""Average, maximum and L2 pooling in 1, 2 and 3 dimensions."""

from __future__ import annotations

import torch
from torch import Tensor

from cloformer.runtimes.coreml.executor.accumulation import Accumulator
from cloformer.runtimes.coreml.executor.arguments import flag, ints

from .signatures import Operator
from .windows import Padding, extend_for_ceil_mode, pad_spatial, resolve_padding


def avg_pool(
    accumulator: Accumulator,
    x: Tensor,
    *,
    kernel_sizes: Tensor,
    pad_type: str,
    strides: Tensor | None = None,
    pad: Tensor | None = None,
    exclude_padding_from_average: Tensor | None = None,
    ceil_mode: Tensor | None = None,
) -> Tensor:
    """Return each window's mean; padding counts unless excluded, but what ``ceil_mode`` adds never counts."""
    kernel, stride = ints(kernel_sizes), _strides(x, strides)
    declared, full = _paddings(x, kernel, stride, pad_type=pad_type, pad=pad, ceil_mode=ceil_mode)
    windows, axes = _windows(pad_spatial(x, full, 0.0), kernel, stride)
    sums = accumulator.total(windows, axes).squeeze(axes)
    if not any(full.before + full.after):
        return sums / windows.shape[-len(kernel) :].numel()
    exclude = exclude_padding_from_average is not None and flag(exclude_padding_from_average)
    counted = torch.ones(1, 1, *x.shape[2:])
    counted = pad_spatial(counted, declared, 0.0 if exclude else 1.0)
    beyond = Padding((0,) * len(kernel), tuple(a - b for a, b in zip(full.after, declared.after, strict=True)))
    count_windows, axes = _windows(pad_spatial(counted, beyond, 0.0), kernel, stride)
    return sums / count_windows.sum(dim=axes)


def max_pool(
    x: Tensor,
    *,
    kernel_sizes: Tensor,
    pad_type: str,
    strides: Tensor | None = None,
    pad: Tensor | None = None,
    ceil_mode: Tensor | None = None,
) -> Tensor:
    """Return the maximum of each window, ignoring padding."""
    kernel, stride = ints(kernel_sizes), _strides(x, strides)
    _, full = _paddings(x, kernel, stride, pad_type=pad_type, pad=pad, ceil_mode=ceil_mode)
    windows, axes = _windows(pad_spatial(x, full, float("-inf")), kernel, stride)
    return windows.amax(dim=axes)


def l2_pool(
    accumulator: Accumulator,
    x: Tensor,
    *,
    kernel_sizes: Tensor,
    pad_type: str,
    strides: Tensor | None = None,
    pad: Tensor | None = None,
    ceil_mode: Tensor | None = None,
) -> Tensor:
    """Return the square root of the sum of squares of each window."""
    kernel, stride = ints(kernel_sizes), _strides(x, strides)
    _, full = _paddings(x, kernel, stride, pad_type=pad_type, pad=pad, ceil_mode=ceil_mode)
    windows, axes = _windows(pad_spatial(x, full, 0.0), kernel, stride)
    return torch.sqrt(accumulator.total(torch.square(windows), axes).squeeze(axes))


def _strides(x: Tensor, strides: Tensor | None) -> list[int]:
    return [1] * (x.dim() - 2) if strides is None else ints(strides)


def _paddings(
    x: Tensor,
    kernel: list[int],
    stride: list[int],
    *,
    pad_type: str,
    pad: Tensor | None,
    ceil_mode: Tensor | None,
) -> tuple[Padding, Padding]:
    """Return the declared padding, and the full padding including what ``ceil_mode`` adds."""
    size = x.shape[2:]
    custom = [0] * (2 * len(kernel)) if pad is None else ints(pad)
    declared = resolve_padding(pad_type, custom, size, kernel, stride)
    if ceil_mode is None or not flag(ceil_mode):
        return declared, declared
    return declared, extend_for_ceil_mode(declared, size, kernel, stride)


def _windows(x: Tensor, kernel: list[int], stride: list[int]) -> tuple[Tensor, tuple[int, ...]]:
    """Return all windows of (N, C, spatial...) as (N, C, output..., kernel...), and the axes of the kernel."""
    for axis, (size, step) in enumerate(zip(kernel, stride, strict=True), start=2):
        x = x.unfold(axis, size, step)
    return x, tuple(range(x.dim() - len(kernel), x.dim()))


OPERATORS: dict[str, Operator] = {"max_pool": max_pool}

ACCUMULATING: dict[str, Operator] = {"avg_pool": avg_pool, "l2_pool": l2_pool}
