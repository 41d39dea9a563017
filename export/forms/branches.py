"""Clo attention as two modules side by side, so that each branch can have the form that suits a backend.

By itself this removes the splits, which XNNPACK cannot run, and a transposition of the global branch's output.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cloformer.model.clo_attention import CloAttention
from cloformer.model.network import Network

from .attention_products import AttentionProducts
from .convolution_parts import output_channels
from .local_mixing import SlicedMixing


class LocalBranch(nn.Module):
    """AttnConv: local mixing, context-aware weights, and gating."""

    def __init__(self, attention: CloAttention) -> None:
        super().__init__()
        context = attention.act_blocks[0].get_submodule("act_block")
        assert isinstance(context, nn.Sequential)
        project = attention.qkvs[0]
        assert isinstance(project, nn.Conv2d)
        self.scale = attention.scale
        self.mixing = SlicedMixing(project, attention.convs[0])
        self.context = context

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to (N, local_dim, H, W)."""
        q, k, v = self.mixing(x)
        gated: Tensor = torch.tanh(_scaled(self.context(q * k), self.scale)) * v
        return gated


class GlobalBranch(nn.Module):
    """Attention with pooled keys and values; keys and values have a convolution each, so that nothing is split."""

    def __init__(self, attention: CloAttention) -> None:
        super().__init__()
        half = attention.global_kv.out_channels // 2
        self.scale = attention.scale
        self.q = attention.global_q
        self.k = output_channels(attention.global_kv, 0, half)
        self.v = output_channels(attention.global_kv, half, 2 * half)
        self.pool = attention.avgpool
        if isinstance(self.pool, nn.AvgPool2d):  # no padding: the same mean, in the form XNNPACK takes
            self.pool = nn.AvgPool2d(self.pool.kernel_size, count_include_pad=False)
        self.products = AttentionProducts(attention.head_dim)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to (N, global_dim, H, W); every token attends to the pooled map."""
        pooled = self.pool(x)
        attended: Tensor = self.products(_scaled(self.q(x), self.scale), self.k(pooled), self.v(pooled))
        return attended


class CloBranches(nn.Module):
    """Both branches, concatenated and projected; a branch that the variant lacks is None."""

    def __init__(self, attention: CloAttention) -> None:
        super().__init__()
        self.local_branch = LocalBranch(attention) if len(attention.convs) else None
        self.global_branch = GlobalBranch(attention) if attention.global_heads else None
        self.proj = attention.proj

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to the same shape."""
        outputs = [branch(x) for branch in (self.local_branch, self.global_branch) if branch is not None]
        fused: Tensor = self.proj(torch.cat(outputs, dim=1) if len(outputs) > 1 else outputs[0])
        return fused


def separate_branches(model: Network) -> None:
    """Replace, in place, the attention of every block by its two branches."""
    for block in model.clo_blocks():
        block.add_module("attn", CloBranches(block.attn))


def _scaled(x: Tensor, scale: float) -> Tensor:
    return x if scale == 1 else x * scale
