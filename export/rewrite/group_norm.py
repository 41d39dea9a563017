"""Spell out GroupNorm(1, C) in operators that XNNPACK delegates.

XNNPACK has no group normalisation: left alone, each of the 26 breaks the graph. What it does take is a mean over
height and width and a 1x1 convolution; a convolution with weights 1/C then averages over the channels. The mean of
means never sums more than H * W values, which also keeps fp16 sums small.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class SpelledOutGroupNorm(nn.Module):
    """GroupNorm with one group over (N, C, H, W); ``scale`` and ``shift`` are None where they were folded away."""

    eps: Tensor
    mean_over_channels: Tensor
    scale: Tensor | None
    shift: Tensor | None

    def __init__(self, norm: nn.GroupNorm) -> None:
        super().__init__()
        channels, like = norm.num_channels, norm.weight
        # A tensor: a number would be cast to fp16 at every run, outside the delegate.
        self.register_buffer("eps", torch.full((1, 1, 1, 1), norm.eps, dtype=like.dtype, device=like.device))
        self.register_buffer(
            "mean_over_channels",
            torch.full((1, channels, 1, 1), 1.0 / channels, dtype=like.dtype, device=like.device),
        )
        folded = bool((norm.weight == 1).all() and (norm.bias == 0).all())
        self.register_buffer("scale", None if folded else norm.weight.detach().reshape(1, -1, 1, 1))
        self.register_buffer("shift", None if folded else norm.bias.detach().reshape(1, -1, 1, 1))

    def _mean(self, x: Tensor) -> Tensor:
        """Mean over C, H and W: (N, C, H, W) to (N, 1, 1, 1)."""
        return functional.conv2d(x.mean(dim=(2, 3), keepdim=True), self.mean_over_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        centred = x - self._mean(x)
        normalised = centred * torch.rsqrt(self._mean(centred * centred) + self.eps)
        if self.scale is None or self.shift is None:
            return normalised
        return normalised * self.scale + self.shift


def spell_out_group_norms(model: nn.Module) -> None:
    """Replace, in place, every ``nn.GroupNorm`` of one group."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.GroupNorm):
                assert child.num_groups == 1
                setattr(parent, name, SpelledOutGroupNorm(child))
