"""The two products of the global branch, in the shapes that a backend supports.

Each module maps queries (N, C, H, W) and pooled keys and values (N, C, h, w) to (N, C, H, W), head by head.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cloformer.model.network import Network


class AttentionProducts(nn.Module):
    """Products of rank 4, with a row of attention for each query, for runtimes whose products transpose freely.

    The values times the transposed attention give (head_dim, H * W) at once; the reference transposes its output.
    """

    def __init__(self, head_dim: int) -> None:
        super().__init__()
        self.head_dim = head_dim

    def heads(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, heads, head_dim, H * W)."""
        return x.reshape(x.shape[0], -1, self.head_dim, x.shape[2] * x.shape[3])

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Map queries (..., head_dim, tokens), keys and values (..., head_dim, pooled tokens) to the queries' shape."""
        attention = (q.transpose(2, 3) @ k).softmax(dim=-1)
        return v @ attention.transpose(2, 3)

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Map queries (N, C, H, W) and keys and values (N, C, h, w) to the queries' shape."""
        return self.attend(self.heads(q), self.heads(k), self.heads(v)).reshape(q.shape)


class BatchedProducts(AttentionProducts):
    """Products of rank 3, with batch and heads in one axis: XNNPACK has ``bmm``, but no 4-D matmul with its expand."""

    def heads(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N * heads, head_dim, H * W)."""
        return x.reshape(-1, self.head_dim, x.shape[2] * x.shape[3])

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Map queries (..., head_dim, tokens), keys and values (..., head_dim, pooled tokens) to the queries' shape."""
        attention = torch.bmm(q.transpose(1, 2), k).softmax(dim=-1)
        return torch.bmm(attention, v.transpose(1, 2)).transpose(1, 2)


class ColumnProducts(AttentionProducts):
    """Products of rank 4, with a column of attention for each query, so that the long axis is always the last.

    The Neural Engine pads the last axis to 64 bytes and copies to transpose; here nothing but the pooled keys, at
    most 49 tokens, is transposed.
    """

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Map queries (..., head_dim, tokens), keys and values (..., head_dim, pooled tokens) to the queries' shape."""
        return v @ (k.transpose(2, 3) @ q).softmax(dim=2)


def batch_attention(model: Network) -> None:
    """Make, in place, every attention product 3-D; comes after ``separate_branches``."""
    replace_products(model, BatchedProducts)


def attend_down_columns(model: Network) -> None:
    """Turn, in place, every attention matrix on its side; comes after ``separate_branches``."""
    replace_products(model, ColumnProducts)


def replace_products(model: Network, form: type[AttentionProducts]) -> None:
    """Replace, in place, the products of every global branch by those of another form."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, AttentionProducts):
                setattr(parent, name, form(child.head_dim))
