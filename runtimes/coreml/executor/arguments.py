"""Reading an operator's parameters, which arrive as tensors because a program may compute them."""

from __future__ import annotations

from torch import Tensor


def ints(value: Tensor) -> list[int]:
    """Return a vector of integers, such as axes or strides, as a list."""
    return [int(item) for item in value.reshape(-1).tolist()]


def integer(value: Tensor) -> int:
    """Return a scalar integer."""
    return int(value.item())


def number(value: Tensor) -> float:
    """Return a scalar float."""
    return float(value.item())


def flag(value: Tensor) -> bool:
    """Return a scalar boolean."""
    return bool(value.item())


def flags(value: Tensor | None, count: int) -> list[bool]:
    """Return a vector of ``count`` booleans as a list; all are False if the parameter is absent."""
    return [False] * count if value is None else [bool(item) for item in value.tolist()]


def positive_axes(axes: list[int], rank: int) -> list[int]:
    """Return ``axes`` with negative ones replaced by their index from the front."""
    return [axis + rank if axis < 0 else axis for axis in axes]


def along_channels(parameter: Tensor, rank: int) -> Tensor:
    """Reshape (C,) to (C, 1, ...), so that it broadcasts over (N, C, spatial...) of the given rank."""
    return parameter.reshape(-1, *[1] * (rank - 2))
