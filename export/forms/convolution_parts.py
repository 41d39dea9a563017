"""Splitting a convolution: by output channels, or by parts of its kernel."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def output_channels(convolution: nn.Conv2d, start: int, stop: int) -> nn.Conv2d:
    """Return the convolution that computes output channels ``start`` to ``stop`` of a dense or a depthwise one."""
    depthwise = convolution.groups > 1
    if convolution.groups not in (1, convolution.in_channels):
        raise ValueError(f"a convolution of {convolution.groups} groups is neither dense nor depthwise")
    assert isinstance(convolution.padding, tuple)
    part = nn.Conv2d(
        stop - start if depthwise else convolution.in_channels,
        stop - start,
        (convolution.kernel_size[0], convolution.kernel_size[1]),
        padding=(convolution.padding[0], convolution.padding[1]),
        groups=stop - start if depthwise else 1,
        dtype=convolution.weight.dtype,
    )
    assert convolution.bias is not None
    return _filled(part, convolution.weight[start:stop], convolution.bias[start:stop])


def depthwise_part(weight: Tensor, bias: Tensor | None, padding: tuple[int, int]) -> nn.Conv2d:
    """Return the depthwise convolution with the kernels ``weight`` (C, 1, height, width)."""
    channels, _, height, width = weight.shape
    part = nn.Conv2d(
        channels,
        channels,
        (height, width),
        padding=padding,
        groups=channels,
        bias=bias is not None,
        dtype=weight.dtype,
    )
    return _filled(part, weight, bias)


@torch.no_grad()
def _filled(convolution: nn.Conv2d, weight: Tensor, bias: Tensor | None) -> nn.Conv2d:
    convolution.weight.copy_(weight)
    if convolution.bias is not None and bias is not None:
        convolution.bias.copy_(bias)
    return convolution
