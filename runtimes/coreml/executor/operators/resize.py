"""Resizing by linear or nearest-neighbor interpolation, one axis after the other.

A grid defines which input coordinate each output element samples. MIL documents the names and formulas of the grids
under ``resize_bilinear``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from cloformer.runtimes.coreml.executor.arguments import flag, integer, ints

from .signatures import Operator


def _corner_to_corner(size: int, target: int) -> Tensor:
    return torch.arange(target) * ((size - 1) / max(target - 1, 1))


def _corner_to_corner_or_middle(size: int, target: int) -> Tensor:
    return torch.tensor([(size - 1) / 2]) if target == 1 else _corner_to_corner(size, target)


def _from_origin(size: int, target: int) -> Tensor:
    return torch.arange(target) * (size / target)


def _offset_corners(size: int, target: int) -> Tensor:
    return (torch.arange(target) + 0.5) * (max(1, size - 1) / target)


def _pixel_centers(size: int, target: int) -> Tensor:
    return (torch.arange(target) + 0.5) * (size / target) - 0.5


_GRIDS: dict[str, Callable[[int, int], Tensor]] = {
    "STRICT_ALIGN_CORNERS": _corner_to_corner,
    "ALIGN_CORNERS": _corner_to_corner_or_middle,
    "DEFAULT": _from_origin,
    "OFFSET_CORNERS": _offset_corners,
    "UNALIGN_CORNERS": _pixel_centers,
}
"""MIL's sampling mode -> (input size, output size) -> input coordinates, not yet clipped to the input."""

_BILINEAR_GRID = {
    (True, False): "STRICT_ALIGN_CORNERS",
    (False, True): "UNALIGN_CORNERS",
    (False, False): "DEFAULT",
}
"""(align_corners, half_pixel_centers) -> sampling mode."""


def _linear(x: Tensor, axis: int, grid: Tensor) -> Tensor:
    last = x.shape[axis] - 1
    points = grid.clamp(0, last)
    lower = points.floor().long()
    upper = (lower + 1).clamp(max=last)
    weight = (points - lower).reshape(-1, *[1] * (-axis - 1))
    return x.index_select(axis, lower) * (1 - weight) + x.index_select(axis, upper) * weight


def _nearest(x: Tensor, axis: int, index: Tensor) -> Tensor:
    return x.index_select(axis, index.long().clamp(0, x.shape[axis] - 1))


def _resize_linear(x: Tensor, targets: Sequence[int], mode: str) -> Tensor:
    """Resize the last axes to ``targets``."""
    for axis, target in enumerate(targets, start=-len(targets)):
        x = _linear(x, axis, _GRIDS[mode](x.shape[axis], target))
    return x


def _resize_nearest(x: Tensor, targets: Sequence[int], mode: str) -> Tensor:
    """Resize the last axes to ``targets``; a coordinate halfway between two elements selects the second."""
    for axis, target in enumerate(targets, start=-len(targets)):
        x = _nearest(x, axis, torch.floor(_GRIDS[mode](x.shape[axis], target) + 0.5))
    return x


def upsample_bilinear(
    x: Tensor,
    scale_factor_height: Tensor | None = None,
    scale_factor_width: Tensor | None = None,
    align_corners: Tensor | None = None,
    half_pixel_centers: Tensor | None = None,
) -> Tensor:
    """Scale the last two axes linearly; the grid depends on the sizes, not on the factors.

    Raises:
        ValueError: ``align_corners`` and ``half_pixel_centers`` are both set, which no grid satisfies.
    """
    aligned = align_corners is None or flag(align_corners)
    centered = not aligned if half_pixel_centers is None else flag(half_pixel_centers)
    if (aligned, centered) not in _BILINEAR_GRID:
        raise ValueError("align_corners and half_pixel_centers exclude each other")
    targets = _scaled(x, scale_factor_height, scale_factor_width)
    return _resize_linear(x, targets, _BILINEAR_GRID[aligned, centered])


def upsample_nearest_neighbor(
    x: Tensor, scale_factor_height: Tensor | None = None, scale_factor_width: Tensor | None = None
) -> Tensor:
    """Scale the last two axes; output i is element floor(i * input size / output size), as in PyTorch."""
    for axis, target in enumerate(_scaled(x, scale_factor_height, scale_factor_width), start=-2):
        # Use integers, because a rounded product could fall just below the intended element.
        index = torch.arange(target) * x.shape[axis] // target
        x = _nearest(x, axis, index)
    return x


def resize_bilinear(
    x: Tensor,
    target_size_height: Tensor | None = None,
    target_size_width: Tensor | None = None,
    sampling_mode: str = "DEFAULT",
) -> Tensor:
    """Resize the last two axes linearly."""
    sizes = (target_size_height, target_size_width)
    return _resize_linear(x, [1 if size is None else integer(size) for size in sizes], sampling_mode)


def resize_nearest_neighbor(x: Tensor, target_size_height: Tensor, target_size_width: Tensor) -> Tensor:
    """Resize the last two axes, comparing elements at their centers.

    The grid is not documented. coremltools converts TensorFlow's half-pixel variant to this operator, and the other
    variant to ``upsample_nearest_neighbor``.
    """
    return _resize_nearest(x, [integer(target_size_height), integer(target_size_width)], "UNALIGN_CORNERS")


def resize(
    x: Tensor,
    shape: Tensor,
    resized_dims: Tensor,
    interpolation_mode: str = "LINEAR",
    sampling_mode: str = "DEFAULT",
) -> Tensor:
    """Resize the last ``resized_dims`` axes to the last entries of ``shape``; 0 keeps a size.

    The default grid of NEAREST_NEIGHBOR is that of ``resize_nearest_neighbor``: coremltools swaps the two.
    """
    count = integer(resized_dims)
    sizes = zip(ints(shape)[-count:], x.shape[-count:], strict=True)
    targets = [wanted or present for wanted, present in sizes]
    if interpolation_mode == "LINEAR":
        return _resize_linear(x, targets, sampling_mode)
    return _resize_nearest(x, targets, "UNALIGN_CORNERS" if sampling_mode == "DEFAULT" else sampling_mode)


def _scaled(x: Tensor, height: Tensor | None, width: Tensor | None) -> list[int]:
    """Return the last two sizes times the factors, rounded down; multiplied in float32, as coremltools does."""
    factors = (height, width)
    return [
        size if factor is None else math.floor(float((factor * size).item()))
        for factor, size in zip(factors, x.shape[-2:], strict=True)
    ]


OPERATORS: dict[str, Operator] = {
    "resize": resize,
    "resize_bilinear": resize_bilinear,
    "resize_nearest_neighbor": resize_nearest_neighbor,
    "upsample_bilinear": upsample_bilinear,
    "upsample_nearest_neighbor": upsample_nearest_neighbor,
}
