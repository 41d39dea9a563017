"""Large depthwise kernels as sums of smaller ones, for runtimes whose fast kernels are small.

AttnConv's depthwise kernels grow to 7x7 and 9x9. XNNPACK has depthwise kernels of up to 25 taps; beyond, each channel
becomes an indirect matrix product of one column, eight instructions a multiply-add: on an emulated Cortex-A76 those
eight layers took 101 of XXS's 390 million instructions for 2 % of its arithmetic; as bands they take 10 million.
ONNX Runtime on ARM64 has one depthwise kernel, 3x3 with stride 1; all others are unrolled to columns, row by row.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from cloformer.model.network import Network

from .convolution_parts import depthwise_part

XNNPACK_TAPS = 25
"""The largest depthwise kernel that XNNPACK has (its 25-tap micro-kernels)."""

_BLOCK = 3
_PHASES = ((0, 0), (0, 1), (1, 0), (1, 1))


class BandedDepthwise(nn.Module):
    """A depthwise convolution of stride 1 as a sum over bands of its kernel's rows, each of at most ``taps`` taps."""

    def __init__(self, convolution: nn.Conv2d, taps: int) -> None:
        super().__init__()
        height, width = convolution.kernel_size
        rows = taps // width
        self.pad = height // 2
        self.tops = tuple(range(0, height, rows))
        self.bands = nn.ModuleList(
            depthwise_part(
                convolution.weight[:, :, top : top + rows],
                convolution.bias if top == 0 else None,
                (0, width // 2),
            )
            for top in self.tops
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        padded = functional.pad(x, (0, 0, self.pad, self.pad))
        total: Tensor | None = None
        for top, band in zip(self.tops, self.bands, strict=True):
            rows = x.shape[2] + band.get_parameter("weight").shape[2] - 1
            part = band(padded[:, :, top : top + rows])
            total = part if total is None else total + part
        assert total is not None
        return total


class BlockedDepthwise(nn.Module):
    """A depthwise convolution of stride 1 as a sum over 3x3 blocks of its kernel, filled up with zeros."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        size = convolution.kernel_size[0]
        count = math.ceil(size / _BLOCK)
        self.surplus = count * _BLOCK - size
        self.pad = size // 2
        kernel = functional.pad(convolution.weight.detach(), (0, self.surplus, 0, self.surplus))
        self.corners = tuple((_BLOCK * row, _BLOCK * column) for row in range(count) for column in range(count))
        self.blocks = nn.ModuleList(
            depthwise_part(
                kernel[:, :, top : top + _BLOCK, left : left + _BLOCK],
                convolution.bias if (top, left) == (0, 0) else None,
                (0, 0),
            )
            for top, left in self.corners
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        height, width = x.shape[2] + _BLOCK - 1, x.shape[3] + _BLOCK - 1
        after = self.pad + self.surplus
        padded = functional.pad(x, (self.pad, after, self.pad, after))
        return _sum(self.blocks, [padded[:, :, top : top + height, left : left + width] for top, left in self.corners])


class PhasedDepthwise(nn.Module):
    """A depthwise convolution of stride 2, up to 5x5, as a sum over the four phases of its kernel.

    Every second row and column of the map meets every second row and column of the kernel; filled up with zeros, that
    is a 3x3 kernel of stride 1.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        size = convolution.kernel_size[0]
        self.pad = size // 2
        surplus = 2 * _BLOCK - size
        kernel = functional.pad(convolution.weight.detach(), (0, surplus, 0, surplus))
        self.blocks = nn.ModuleList(
            depthwise_part(kernel[:, :, top::2, left::2], convolution.bias if top + left == 0 else None, (0, 0))
            for top, left in _PHASES
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, ceil(H / 2), ceil(W / 2))."""
        height, width = (2 * ((side + 1) // 2 + _BLOCK - 1) for side in x.shape[2:])
        padded = functional.pad(x, (self.pad, width - x.shape[3] - self.pad, self.pad, height - x.shape[2] - self.pad))
        return _sum(self.blocks, [padded[:, :, top:height:2, left:width:2] for top, left in _PHASES])


@torch.no_grad()
def split_depthwise_into_bands(model: Network) -> None:
    """Replace, in place, every depthwise convolution that has more taps than XNNPACK's largest kernel."""
    for parent, name, convolution in _depthwise_convolutions(model):
        if math.prod(convolution.kernel_size) > XNNPACK_TAPS:
            parent.add_module(name, BandedDepthwise(convolution, XNNPACK_TAPS))


@torch.no_grad()
def split_depthwise_into_blocks(model: Network) -> None:
    """Replace, in place, every depthwise convolution that is larger than 3x3: by blocks, with stride 2 by phases."""
    for parent, name, convolution in _depthwise_convolutions(model):
        if convolution.stride == (1, 1) and convolution.kernel_size[0] > _BLOCK:
            parent.add_module(name, BlockedDepthwise(convolution))
        elif convolution.stride == (2, 2) and _BLOCK < convolution.kernel_size[0] <= 2 * _BLOCK:
            parent.add_module(name, PhasedDepthwise(convolution))


def _sum(blocks: nn.ModuleList, windows: list[Tensor]) -> Tensor:
    parts = [block(window) for block, window in zip(blocks, windows, strict=True)]
    total: Tensor = sum(parts[1:], start=parts[0])
    return total


def _depthwise_convolutions(model: Network) -> list[tuple[nn.Module, str, nn.Conv2d]]:
    return [
        (parent, name, child)
        for parent in model.modules()
        for name, child in parent.named_children()
        if isinstance(child, nn.Conv2d) and child.groups == child.in_channels > 1
    ]
