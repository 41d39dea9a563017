"""A convolution with optional normalization and activation, with the part names of OpenMMLab's ``ConvModule``."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn


def conv_module(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    stride: int = 1,
    *,
    norm: bool = False,
    activate: bool = False,
) -> nn.Sequential:
    """Return ``conv``, followed by ``bn`` and ``activate`` (ReLU) if requested; without ``bn``, ``conv`` has a bias."""
    conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, kernel_size // 2, bias=not norm)
    parts: OrderedDict[str, nn.Module] = OrderedDict(conv=conv)
    if norm:
        parts["bn"] = nn.BatchNorm2d(out_channels)
    if activate:
        parts["activate"] = nn.ReLU()
    return nn.Sequential(parts)
