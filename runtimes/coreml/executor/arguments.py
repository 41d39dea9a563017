"""Reading an operator's parameters: they arrive as tensors, because a program may compute them."""

from __future__ import annotations

from torch import Tensor


def ints(value: Tensor) -> list[int]:
    """A vector of integers, such as axes or strides."""
    return [int(item) for item in value.reshape(-1).tolist()]


def integer(value: Tensor) -> int:
    """A scalar integer."""
    return int(value.item())


def number(value: Tensor) -> float:
    """A scalar float."""
    return float(value.item())


def flag(value: Tensor) -> bool:
    """A scalar boolean."""
    return bool(value.item())


def flags(value: Tensor | None, count: int) -> list[bool]:
    """A vector of ``count`` booleans; all False where the parameter is absent."""
    return [False] * count if value is None else [bool(item) for item in value.tolist()]


def positive_axes(axes: list[int], rank: int) -> list[int]:
    """The same axes counted from the front."""
    return [axis + rank if axis < 0 else axis for axis in axes]


def along_channels(parameter: Tensor, rank: int) -> Tensor:
    """Shape (C,) as (C, 1, ...), to broadcast over (N, C, spatial...) of the given rank."""
    return parameter.reshape(-1, *[1] * (rank - 2))
