"""Compressed constants, which are decompressed once, when a program is loaded.

iOS 16 packs indices and masks into bytes and stores the shape separately. iOS 18 has types below a byte, so the
shape is that of the indices or the mask, and adds blocks, vectors and forms that stay sparse.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from cloformer.runtimes.coreml.executor.arguments import integer, ints

from .signatures import Operator


def constexpr_affine_dequantize(quantized_data: Tensor, zero_point: Tensor, scale: Tensor, axis: Tensor) -> Tensor:
    """Return scale * (data - zero point), where scale and zero point may be vectors along the axis."""
    sizes = [1] * quantized_data.dim()
    sizes[integer(axis)] = -1
    offset = zero_point.reshape(sizes) if zero_point.dim() else zero_point
    factor = scale.reshape(sizes) if scale.dim() else scale
    return factor * (quantized_data.float() - offset.float())


def constexpr_blockwise_shift_scale(data: Tensor, scale: Tensor, offset: Tensor | None = None) -> Tensor:
    """Return scale * (data - offset), where each entry of scale and offset applies to a block of the data."""
    levels = data.float()
    if offset is not None:
        levels = levels - _spread(offset.float(), data.shape)
    return levels * _spread(scale, data.shape)


def constexpr_cast(source_val: Tensor, output_dtype: str) -> Tensor:  # noqa: ARG001 - the declared type says the same
    """Convert fp16 to fp32, which needs no work here: both are stored as float32."""
    return source_val


def constexpr_lut_to_dense(
    indices: Tensor, lut: Tensor, shape: Tensor | None = None, vector_axis: Tensor | None = None
) -> Tensor:
    """Replace each index by its entry in the lookup table.

    Args:
        indices: the indices or, if ``shape`` is given, bytes of packed indices.
        lut: the lookup table: (palettes,) if ``shape`` is given, else (blocks..., palettes, vector size).
        shape: the shape of the result; only given in iOS 16.
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
    """Look up the indices that the mask keeps; return the mask, repeated to the vectors' width, and the values."""
    indices = constexpr_sparse_to_dense(indices_nonzero_data, indices_mask)
    dense = constexpr_lut_to_dense(indices, lut, vector_axis=vector_axis)
    mask = indices_mask
    if vector_axis is not None:
        mask = mask.repeat_interleave(lut.shape[-1], dim=integer(vector_axis))
    return mask, dense[mask != 0]


def constexpr_sparse_blockwise_shift_scale(
    data_mask: Tensor, nonzero_data: Tensor, scale: Tensor, offset: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Scale the values that the mask keeps; return the mask and the scaled values."""
    data = constexpr_sparse_to_dense(nonzero_data, data_mask)
    return data_mask, constexpr_blockwise_shift_scale(data, scale, offset)[data_mask != 0]


def constexpr_sparse_to_dense(nonzero_data: Tensor, mask: Tensor, shape: Tensor | None = None) -> Tensor:
    """Put the values where the mask is set, and zeros elsewhere; with ``shape``, the mask is packed into bytes."""
    kept = mask != 0 if shape is None else _unpack(mask, 1, ints(shape)) != 0
    dense = torch.zeros(kept.shape, dtype=nonzero_data.dtype)
    dense[kept] = nonzero_data
    return dense


def _spread(parameter: Tensor, shape: torch.Size) -> Tensor:
    """Repeat each entry over its block, so that the parameter has the shape of the data."""
    for axis, (blocks, size) in enumerate(zip(parameter.shape, shape, strict=True)):
        parameter = parameter.repeat_interleave(size // blocks, dim=axis)
    return parameter


def _unpack(packed: Tensor, bits: int, shape: list[int]) -> Tensor:
    """Unpack numbers of ``bits`` bits from bytes, lowest bit first; a number may span two bytes."""
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
