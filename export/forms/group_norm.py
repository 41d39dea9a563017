"""GroupNorm(1, C) in operators that a backend supports.

XNNPACK has no group normalization: without a rewrite, each of the 26 breaks the graph. What it does have is a mean over
height and width and a 1x1 convolution; a convolution with weights 1/C then averages over the channels. Core ML and
Core AI reduce over any axis. A mean of means never sums more than H * W values, which also keeps fp16 sums small.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from cloformer.model.network import Network


class BareGroupNorm(nn.Module):
    """GroupNorm with one group and no scale or shift of its own: one ``InstanceNormalization`` in ONNX."""

    def __init__(self, eps: float) -> None:
        super().__init__()
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        return functional.group_norm(x, 1, None, None, self.eps)


class FlatGroupNorm(nn.Module):
    """GroupNorm with one group as a layer normalization of the flattened map: one ``LayerNormalization`` in ONNX.

    The HTP has it for 16-bit values, with more precise statistics. Spelled out in products and means of 16 bits, the
    variance of a quiet image drowns in the range of a loud one: the demo checkpoint's logits for photographs fell
    to cosine 0.44 in the HTP simulator, where this form keeps 0.9997. (ONNX Runtime's CPU showed 0.9998 for both.)
    """

    def __init__(self, eps: float) -> None:
        super().__init__()
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        flat = x.flatten(1)
        return functional.layer_norm(flat, flat.shape[1:], None, None, self.eps).reshape(x.shape)


class ReducedGroupNorm(nn.Module):
    """GroupNorm with one group as reductions and products; no scale or shift of its own."""

    eps: Tensor

    def __init__(self, channels: int, eps: float, like: Tensor) -> None:
        super().__init__()
        # A tensor: a number would be cast to fp16 at every run, outside XNNPACK's delegate.
        self.register_buffer("eps", torch.full((1, 1, 1, 1), eps, dtype=like.dtype, device=like.device))
        self.channels = channels

    def mean(self, x: Tensor) -> Tensor:
        """Return the mean over C, H and W: (N, C, H, W) to (N, 1, 1, 1)."""
        return x.mean(dim=(2, 3), keepdim=True).mean(dim=1, keepdim=True)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        centered = x - self.mean(x)
        return centered * torch.rsqrt(self.mean(centered * centered) + self.eps)


class ConvolvedGroupNorm(ReducedGroupNorm):
    """``ReducedGroupNorm`` whose mean over the channels is a convolution, which XNNPACK can run."""

    mean_weights: Tensor

    def __init__(self, channels: int, eps: float, like: Tensor) -> None:
        super().__init__(channels, eps, like)
        weights = torch.full((1, channels, 1, 1), 1.0 / channels, dtype=like.dtype, device=like.device)
        self.register_buffer("mean_weights", weights)

    def mean(self, x: Tensor) -> Tensor:
        """Return the mean over C, H and W: (N, C, H, W) to (N, 1, 1, 1)."""
        return functional.conv2d(x.mean(dim=(2, 3), keepdim=True), self.mean_weights)


class HalvedGroupNorm(ConvolvedGroupNorm):
    """``ConvolvedGroupNorm`` whose variance averages products of a value and its half, for fp16.

    XNNPACK makes one operator of a square and its mean. ExecuTorch 1.5.1 runs that one and all that follow in fp32,
    as if it had no fp16 kernel: XXS at 64x64 took 28.7 million instructions on an emulated Cortex-A76, where 1.4.1 took
    16.3. A product of two values and its mean stay two operators, both in fp16: 16.7.
    """

    one_half: Tensor
    doubled_weights: Tensor

    def __init__(self, channels: int, eps: float, like: Tensor) -> None:
        super().__init__(channels, eps, like)
        self.register_buffer("one_half", torch.full_like(self.eps, 0.5))
        self.register_buffer("doubled_weights", 2.0 * self.mean_weights)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        centered = x - self.mean(x)
        halved = (centered * (centered * self.one_half)).mean(dim=(2, 3), keepdim=True)
        return centered * torch.rsqrt(functional.conv2d(halved, self.doubled_weights) + self.eps)


class ChannelAffine(nn.Module):
    """The scale and shift of a normalization that cannot be folded: the stem's, before the residual stream."""

    scale: Tensor
    shift: Tensor

    def __init__(self, norm: nn.GroupNorm) -> None:
        super().__init__()
        self.register_buffer("scale", norm.weight.detach().reshape(1, -1, 1, 1))
        self.register_buffer("shift", norm.bias.detach().reshape(1, -1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        return x * self.scale + self.shift


def strip_group_norms(model: Network) -> None:
    """Replace, in place, every group normalization by its statistics, and its scale and shift where it has them."""
    _replace(model, lambda norm: BareGroupNorm(norm.eps))


def flatten_group_norms(model: Network) -> None:
    """Replace, in place, every group normalization by a layer normalization of the flattened map."""
    _replace(model, lambda norm: FlatGroupNorm(norm.eps))


def reduce_group_norms(model: Network) -> None:
    """Spell out, in place, every group normalization as reductions."""
    _replace(model, lambda norm: ReducedGroupNorm(norm.num_channels, norm.eps, norm.weight))


def convolve_group_norms(model: Network) -> None:
    """Spell out, in place, every group normalization for XNNPACK."""
    _replace(model, lambda norm: ConvolvedGroupNorm(norm.num_channels, norm.eps, norm.weight))


def convolve_group_norms_for_fp16(model: Network) -> None:
    """Spell out, in place, every group normalization for XNNPACK in fp16."""
    _replace(model, lambda norm: HalvedGroupNorm(norm.num_channels, norm.eps, norm.weight))


def _replace(model: nn.Module, make: Callable[[nn.GroupNorm], nn.Module]) -> None:
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.GroupNorm):
                if child.num_groups != 1:
                    raise ValueError(f"{name} normalizes {child.num_groups} groups; the rewrite is for one")
                folded = bool((child.weight == 1).all() and (child.bias == 0).all())
                bare = make(child)
                setattr(parent, name, bare if folded else nn.Sequential(bare, ChannelAffine(child)))
