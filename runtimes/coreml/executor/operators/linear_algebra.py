"""Matrix products."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from cloformer.runtimes.coreml.executor.accumulation import Accumulator
from cloformer.runtimes.coreml.executor.arguments import flag

from .activations import softmax
from .signatures import Operator


def einsum(accumulator: Accumulator, values: tuple[Tensor, Tensor], equation: str) -> Tensor:  # noqa: ARG001
    """Compute MIL's only equation: (N, C, H, W) times (N, W, H, U) is (N, C, H, U); N may be absent.

    N and H broadcast, which torch's einsum does not do for axes of size 1 that the output keeps.
    """
    x, y = values
    product = accumulator.matmul(x.transpose(-3, -2), y.transpose(-3, -2))
    return product.transpose(-3, -2)


def linear(accumulator: Accumulator, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply x (..., D_in) by the transpose of weight (D_out, D_in) and add bias (D_out,)."""
    out = accumulator.matmul(x, weight.T)
    return out if bias is None else out + bias


def matmul(
    accumulator: Accumulator,
    x: Tensor,
    y: Tensor,
    transpose_x: Tensor | None = None,
    transpose_y: Tensor | None = None,
) -> Tensor:
    """Return the matrix product as in numpy; either factor can be transposed in its last two axes."""
    if transpose_x is not None and flag(transpose_x) and x.dim() > 1:
        x = x.transpose(-1, -2)
    if transpose_y is not None and flag(transpose_y) and y.dim() > 1:
        y = y.transpose(-1, -2)
    return accumulator.matmul(x, y)


def scaled_dot_product_attention(
    accumulator: Accumulator, query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None
) -> Tensor:
    """Return softmax(query key^T / sqrt(E) + mask) value; a boolean mask keeps the scores where it is True.

    As this is one operator, nothing is rounded to fp16 between its steps unless sums are narrow.
    """
    scores = accumulator.matmul(query, key.transpose(-1, -2)) / math.sqrt(query.shape[-1])
    if attn_mask is not None:
        is_boolean = attn_mask.dtype == torch.bool
        scores = scores.masked_fill(~attn_mask, float("-inf")) if is_boolean else scores + attn_mask
    return accumulator.matmul(softmax(accumulator, scores), value)


ACCUMULATING: dict[str, Operator] = {
    "einsum": einsum,
    "linear": linear,
    "matmul": matmul,
    "scaled_dot_product_attention": scaled_dot_product_attention,
}
