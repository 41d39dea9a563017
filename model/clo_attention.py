"""The two branches of a Clo block and their fusion (paper section 3.2, figure 3).

The local branch, AttnConv, gates a depthwise convolution with weights computed from the content; the global branch
is attention with pooled keys and values. Both read the same tokens; their outputs are concatenated and projected.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .variants import StageConfig


class ContextWeights(nn.Module):
    """The 1x1 convolution, Swish and 1x1 convolution that turn q * k into context-aware weights.

    The official code implements Swish as a custom autograd function that saves memory in training; SiLU has the
    same output and can be exported.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.act_block = nn.Sequential(nn.Conv2d(dim, dim, 1), nn.SiLU(), nn.Conv2d(dim, dim, 1))

    def forward(self, qk: Tensor) -> Tensor:
        """Map (N, dim, H, W) to a tensor of the same shape."""
        out: Tensor = self.act_block(qk)
        return out


class CloAttention(nn.Module):
    """AttnConv and pooled attention in parallel, then one projection of both.

    A branch without heads is left out, as in the paper's ablations. The parameter names are those of the official code,
    which keeps its local branches in lists although every published variant has one.
    """

    def __init__(self, stage: StageConfig) -> None:
        super().__init__()
        self.head_dim = stage.head_dim
        self.scale = stage.head_dim**-0.5
        local_dim = self.local_dim = stage.local_heads * stage.head_dim
        global_dim = stage.global_heads * stage.head_dim

        self.global_heads = stage.global_heads
        if global_dim:
            self.global_q = nn.Conv2d(stage.dim, global_dim, 1)
            self.global_kv = nn.Conv2d(stage.dim, 2 * global_dim, 1)
            self.avgpool = nn.AvgPool2d(stage.pool_window) if stage.pool_window > 1 else nn.Identity()
        self.convs = nn.ModuleList()
        self.act_blocks = nn.ModuleList()
        self.qkvs = nn.ModuleList()
        if local_dim:
            self.convs.append(
                nn.Conv2d(
                    3 * local_dim,
                    3 * local_dim,
                    stage.kernel_size,
                    padding=stage.kernel_size // 2,
                    groups=3 * local_dim,
                )
            )
            self.act_blocks.append(ContextWeights(local_dim))
            self.qkvs.append(nn.Conv2d(stage.dim, 3 * local_dim, 1))
        self.proj = nn.Conv2d(stage.dim, stage.dim, 1)

    def attn_conv(self, x: Tensor) -> Tensor:
        """Run the local branch, (N, dim, H, W) to (N, local_dim, H, W), in the three steps of the paper.

        1. Local feature aggregation: one depthwise convolution over q, k and v.
        2. Context-aware weights: tanh of the scaled ``ContextWeights(q * k)``, in [-1, 1].
        3. Gating: the weights times v.
        """
        q, k, v = self.convs[0](self.qkvs[0](x)).chunk(3, dim=1)
        weights = torch.tanh(self.act_blocks[0](q * k) * self.scale)
        gated: Tensor = weights * v
        return gated

    def pooled_attention(self, x: Tensor) -> Tensor:
        """Run the global branch, (N, dim, H, W) to (N, global_dim, H, W): every token attends to the pooled map."""
        batch, _, height, width = x.shape
        heads = (batch, self.global_heads, self.head_dim, -1)
        q = self.global_q(x).reshape(heads).transpose(2, 3)  # (N, heads, H * W, head_dim)
        k, v = self.global_kv(self.avgpool(x)).chunk(2, dim=1)
        k = k.reshape(heads)  # (N, heads, head_dim, pooled H * W)
        v = v.reshape(heads).transpose(2, 3)  # (N, heads, pooled H * W, head_dim)
        attention = ((self.scale * q) @ k).softmax(dim=-1)
        attended: Tensor = attention @ v
        return attended.transpose(2, 3).reshape(batch, -1, height, width)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to the same shape: concatenate both branches and fuse them by a 1x1 convolution."""
        branches = []
        if len(self.convs):
            branches.append(self.attn_conv(x))
        if self.global_heads:
            branches.append(self.pooled_attention(x))
        fused: Tensor = self.proj(torch.cat(branches, dim=1))
        return fused
