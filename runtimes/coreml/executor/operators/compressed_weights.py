"""Compressed constants: evaluated once, when a program is loaded.

iOS 16 packs indices and masks into bytes and gives the shape apart; iOS 18 has types below a byte, so that
the shape is that of the indices or the mask, and adds blocks, vectors and forms that stay sparse.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from cloformer.runtimes.coreml.executor.arguments import integer, ints

from .signatures import Operator


def constexpr_affine_dequantize(quantized_data: Tensor, zero_point: Tensor, scale: Tensor, axis: Tensor) -> Tensor:
    """Scale * (data - zero point); a vector of either runs along the axis."""
    sizes = [1] * quantized_data.dim()
    sizes[integer(axis)] = -1
    offset = zero_point.reshape(sizes) if zero_point.dim() else zero_point
    factor = scale.reshape(sizes) if scale.dim() else scale
    return factor * (quantized_data.float() - offset.float())


def constexpr_blockwise_shift_scale(data: Tensor, scale: Tensor, offset: Tensor | None = None) -> Tensor:
    """Scale * (data - offset); each entry of scale and offset serves an equal block of the data."""
    levels = data.float()
    if offset is not None:
        levels = levels - _spread(offset.float(), data.shape)
    return levels * _spread(scale, data.shape)


def constexpr_cast(source_val: Tensor, output_dtype: str) -> Tensor:  # noqa: ARG001 - the declared type says the same
    """fp16 to fp32."""
    return source_val


def constexpr_lut_to_dense(
    indices: Tensor, lut: Tensor, shape: Tensor | None = None, vector_axis: Tensor | None = None
) -> Tensor:
    """Look up each index.

    Args:
        indices: indices, or where ``shape`` is given, bytes of packed indices.
        lut: (palettes,) where ``shape`` is given, else (blocks..., palettes, vector size).
        shape: the shape of the result, of iOS 16 alone.
        vector_axis: the axis along which the elements of a vector lie in the result.
    """
    if shape is not None:
        bits = lut.numel().bit_length() - 1
        return lut[_unpack(indices, bits, ints(shape))]
    *blocks, palettes, vector = lut.shape
    table = _spread(torch.arange(lut.numel() // (palettes * vector)).reshape(blocks), indices.shape)
    found = lut.reshape(-1, vector)[table * palettes + indices.long()]
    if vector_axis is None:
        return found.squeeze(-1)
    axis = integer(vector_axis) % indices.dim()
    return found.movedim(-1, axis + 1).flatten(axis, axis + 1)


def constexpr_lut_to_sparse(
    indices_mask: Tensor, indices_nonzero_data: Tensor, lut: Tensor, vector_axis: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Look up the indices that the mask keeps. Returns the mask, as wide as the vectors, and the values."""
    indices = constexpr_sparse_to_dense(indices_nonzero_data, indices_mask)
    dense = constexpr_lut_to_dense(indices, lut, vector_axis=vector_axis)
    mask = indices_mask
    if vector_axis is not None:
        mask = mask.repeat_interleave(lut.shape[-1], dim=integer(vector_axis))
    return mask, dense[mask != 0]


def constexpr_sparse_blockwise_shift_scale(
    data_mask: Tensor, nonzero_data: Tensor, scale: Tensor, offset: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Scale the values that the mask keeps. Returns the mask and the scaled values."""
    data = constexpr_sparse_to_dense(nonzero_data, data_mask)
    return data_mask, constexpr_blockwise_shift_scale(data, scale, offset)[data_mask != 0]


def constexpr_sparse_to_dense(nonzero_data: Tensor, mask: Tensor, shape: Tensor | None = None) -> Tensor:
    """Put the values where the mask is set, zeros elsewhere; with ``shape``, the mask is packed bytes."""
    kept = mask != 0 if shape is None else _unpack(mask, 1, ints(shape)) != 0
    dense = torch.zeros(kept.shape, dtype=nonzero_data.dtype)
    dense[kept] = nonzero_data
    return dense


def _spread(parameter: Tensor, shape: torch.Size) -> Tensor:
    """Repeat each entry over its block, so that the parameter gets the shape of the data."""
    for axis, (blocks, size) in enumerate(zip(parameter.shape, shape, strict=True)):
        parameter = parameter.repeat_interleave(size // blocks, dim=axis)
    return parameter


def _unpack(packed: Tensor, bits: int, shape: list[int]) -> Tensor:
    """Numbers of ``bits`` bits from bytes; the lowest bit comes first, and a number may cross two bytes."""
    count = int(np.prod(shape))
    stream = np.unpackbits(packed.numpy(), bitorder="little")[: count * bits].astype(np.int64)
    numbers = stream.reshape(count, bits) @ (1 << np.arange(bits))
    return torch.from_numpy(numbers).reshape(shape)


OPERATORS: dict[str, Operator] = {
    "constexpr_affine_dequantize": constexpr_affine_dequantize,
    "constexpr_blockwise_shift_scale": constexpr_blockwise_shift_scale,
    "constexpr_cast": constexpr_cast,
    "constexpr_lut_to_dense": constexpr_lut_to_dense,
    "constexpr_lut_to_sparse": constexpr_lut_to_sparse,
    "constexpr_sparse_blockwise_shift_scale": constexpr_sparse_blockwise_shift_scale,
    "constexpr_sparse_to_dense": constexpr_sparse_to_dense,
}
