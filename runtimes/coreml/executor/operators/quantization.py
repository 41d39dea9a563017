"""Affine quantization of activations: the operators that iOS 17 runs, as opposed to compressed weights."""

from __future__ import annotations

import torch
from torch import Tensor

from cloformer.runtimes.coreml.executor.arguments import integer

from .signatures import Operator

_LIMITS = {"int8": (-128, 127), "uint8": (0, 255)}


def quantize(
    input: Tensor,
    scale: Tensor,
    output_dtype: str,
    zero_point: Tensor | None = None,
    axis: Tensor | None = None,
) -> Tensor:
    """Return round(input / scale) + zero_point, clipped to the integer type; halves round to even."""
    levels = torch.round(input / _on_axis(scale, input, axis))
    if zero_point is not None:
        levels = levels + _on_axis(zero_point, input, axis)
    return levels.clamp(*_LIMITS[output_dtype])


def dequantize(
    input: Tensor,
    scale: Tensor,
    zero_point: Tensor | None = None,
    axis: Tensor | None = None,
) -> Tensor:
    """Return scale * (input - zero_point)."""
    levels = input.to(scale.dtype)
    if zero_point is not None:
        levels = levels - _on_axis(zero_point, input, axis).to(scale.dtype)
    return levels * _on_axis(scale, input, axis)


def _on_axis(parameter: Tensor, x: Tensor, axis: Tensor | None) -> Tensor:
    """Reshape a vector so that it broadcasts along the axis; return a scalar unchanged."""
    if axis is None or parameter.dim() == 0:
        return parameter
    sizes = [1] * x.dim()
    sizes[integer(axis)] = -1
    return parameter.reshape(sizes)


OPERATORS: dict[str, Operator] = {"dequantize": dequantize, "quantize": quantize}
