"""The precision in which sums of many products are accumulated: wide (float32) or narrow (fp16).

Good hardware accumulates wide. Narrow accumulation shows what happens in a naive fp16 accumulator: sums beyond 65,504
overflow, and small addends vanish in a large sum. It is an approximation, because the order of additions on real
hardware is unknown: blocks of ``BLOCK`` terms are summed in float32, each block's sum is rounded to fp16, and the
running total is rounded to fp16 after each block.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from .dtypes import round_to_fp16

BLOCK = 32
"""The number of terms that the narrow accumulator sums before it rounds."""

_CONVOLUTIONS: dict[int, Callable[..., Tensor]] = {
    1: functional.conv1d,
    2: functional.conv2d,
    3: functional.conv3d,
}


@dataclass(frozen=True)
class Convolution:
    """The parameters of a convolution with symmetric zero padding, one integer per spatial dimension.

    Attributes:
        stride: the step of the window.
        padding: the number of zeros before and after.
        dilation: the distance between the taps of the kernel.
        groups: the number of channel groups.
    """

    stride: Sequence[int]
    padding: Sequence[int]
    dilation: Sequence[int]
    groups: int


@dataclass(frozen=True)
class Accumulator:
    """The operations that sum many terms.

    Attributes:
        total: (x, axes) -> the sum over the axes, which are kept with size 1.
        matmul: (x, y) -> the matrix product, as in numpy.
        convolve: (x, weight, parameters) -> the convolution without bias.
    """

    total: Callable[[Tensor, Sequence[int]], Tensor]
    matmul: Callable[[Tensor, Tensor], Tensor]
    convolve: Callable[[Tensor, Tensor, Convolution], Tensor]


def mean_over(accumulator: Accumulator, x: Tensor, axes: Sequence[int]) -> Tensor:
    """Return the mean over the axes, which are kept with size 1: the accumulated sum divided by the element count."""
    count = 1
    for axis in axes:
        count *= x.shape[axis]
    return accumulator.total(x, axes) / count


def _wide_total(x: Tensor, axes: Sequence[int]) -> Tensor:
    return x.sum(dim=list(axes), keepdim=True) if axes else x


def _wide_convolve(x: Tensor, weight: Tensor, parameters: Convolution) -> Tensor:
    convolution = _CONVOLUTIONS[x.dim() - 2]
    return convolution(x, weight, None, parameters.stride, parameters.padding, parameters.dilation, parameters.groups)


def _narrow_total(x: Tensor, axes: Sequence[int]) -> Tensor:
    if not axes:
        return x
    reduced = sorted(axis % x.dim() for axis in axes)
    kept = [axis for axis in range(x.dim()) if axis not in reduced]
    rows = round_to_fp16(x).permute(*kept, *reduced).reshape(*[x.shape[axis] for axis in kept], -1)
    running = torch.zeros(rows.shape[:-1])
    for block in torch.split(rows, BLOCK, -1):
        running = round_to_fp16(running + round_to_fp16(block.sum(dim=-1)))
    return running.reshape([1 if axis in reduced else size for axis, size in enumerate(x.shape)])


def _narrow_matmul(x: Tensor, y: Tensor) -> Tensor:
    running: Tensor | None = None
    contracted = max(y.dim() - 2, 0)
    for left, right in zip(torch.split(x, BLOCK, -1), torch.split(y, BLOCK, contracted), strict=True):
        product = round_to_fp16(torch.matmul(left, right))
        running = product if running is None else round_to_fp16(running + product)
    return torch.matmul(x, y) if running is None else running


def _narrow_convolve(x: Tensor, weight: Tensor, parameters: Convolution) -> Tensor:
    """Convolve, accumulating over blocks of input channels; a channel's window is never split across blocks."""
    window = weight[0, 0].numel()
    grouped = x.reshape(x.shape[0], parameters.groups, -1, *x.shape[2:])
    step = max(1, BLOCK // window)
    running: Tensor | None = None
    for start in range(0, weight.shape[1], step):
        part = grouped[:, :, start : start + step].reshape(x.shape[0], -1, *x.shape[2:])
        product = round_to_fp16(_wide_convolve(part, weight[:, start : start + step], parameters))
        running = product if running is None else round_to_fp16(running + product)
    return _wide_convolve(x, weight, parameters) if running is None else running


WIDE = Accumulator(_wide_total, torch.matmul, _wide_convolve)
"""The accumulator that sums in float32 (and integers in int64), as torch does."""

NARROW = Accumulator(_narrow_total, _narrow_matmul, _narrow_convolve)
"""The accumulator that approximates sums in fp16, as described at the top of this module."""
