"""Clo attention without split, expand or a tensor of rank above 4.

XNNPACK delegates neither ``split`` nor the ``expand`` that a 4-D matmul brings, and rank-5 tensors leave the phones'
NPUs; a convolution per use and a 3-D ``bmm`` are delegated whole. The scales are folded into the weights.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cloformer.model import CloFormer
from cloformer.model.clo_attention import CloAttention


class SplitAttention(nn.Module):
    """``CloAttention`` with separate key and value convolutions and 3-D attention products."""

    def __init__(self, attention: CloAttention) -> None:
        super().__init__()
        self.head_dim = attention.head_dim
        self.has_local = len(attention.convs) > 0
        self.has_global = attention.global_heads > 0
        self.proj = attention.proj
        if self.has_local:
            context = attention.act_blocks[0].get_submodule("act_block")
            assert isinstance(context, nn.Sequential)
            self.qkv = attention.qkvs[0]
            self.mix = attention.convs[0]
            self.local_dim = attention.local_dim
            self.context1 = context[0]
            self.context2 = _scaled(context[2], attention.scale)
        if self.has_global:
            self.q = _scaled(attention.global_q, attention.scale)
            self.k, self.v = _halves(attention.global_kv)
            self.pool = attention.avgpool
            if isinstance(self.pool, nn.AvgPool2d):  # no padding: the same mean, in the form XNNPACK takes
                self.pool = nn.AvgPool2d(self.pool.kernel_size, count_include_pad=False)

    def _local(self, x: Tensor) -> Tensor:
        mixed = self.mix(self.qkv(x))
        q, k, v = (mixed[:, i * self.local_dim : (i + 1) * self.local_dim] for i in range(3))
        qk = self.context1(q * k)
        swish = qk * torch.sigmoid(qk)  # as silu itself, but without silu's detour through float32 in fp16
        gated: Tensor = torch.tanh(self.context2(swish)) * v
        return gated

    def _global(self, x: Tensor) -> Tensor:
        batch, _, height, width = x.shape
        pooled = self.pool(x)
        q, k, v = (self._heads(part) for part in (self.q(x), self.k(pooled), self.v(pooled)))
        attention = torch.bmm(q.transpose(1, 2), k).softmax(dim=-1)  # (N * heads, H * W, pooled H * W)
        attended = torch.bmm(attention, v.transpose(1, 2))  # (N * heads, H * W, head_dim)
        return attended.transpose(1, 2).reshape(batch, -1, height, width)

    def _heads(self, x: Tensor) -> Tensor:
        """Map (N, heads * head_dim, H, W) to (N * heads, head_dim, H * W)."""
        return x.reshape(-1, self.head_dim, x.shape[2] * x.shape[3])

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to the same shape."""
        branches = []
        if self.has_local:
            branches.append(self._local(x))
        if self.has_global:
            branches.append(self._global(x))
        fused: Tensor = self.proj(torch.cat(branches, dim=1) if len(branches) > 1 else branches[0])
        return fused


def split_attention(model: CloFormer) -> None:
    """Replace, in place, the attention of every block."""
    for block in model.clo_blocks():
        block.add_module("attn", SplitAttention(block.attn))


def _convolution(weight: Tensor, bias: Tensor) -> nn.Conv2d:
    out_channels, in_channels = weight.shape[:2]
    convolution = nn.Conv2d(in_channels, out_channels, 1, dtype=weight.dtype)
    with torch.no_grad():
        convolution.weight.copy_(weight)
        assert convolution.bias is not None
        convolution.bias.copy_(bias)
    return convolution


def _scaled(convolution: nn.Module, scale: float) -> nn.Conv2d:
    assert isinstance(convolution, nn.Conv2d) and convolution.bias is not None
    return _convolution(convolution.weight * scale, convolution.bias * scale)


def _halves(convolution: nn.Conv2d) -> tuple[nn.Conv2d, nn.Conv2d]:
    assert convolution.bias is not None
    half = convolution.out_channels // 2
    weight, bias = convolution.weight, convolution.bias
    return _convolution(weight[:half], bias[:half]), _convolution(weight[half:], bias[half:])
