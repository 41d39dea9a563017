"""The feature pyramid network (Lin et al., arXiv 1612.03144), as in mmdetection."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from .conv_module import conv_module

WIDTH = 256
"""The number of channels of every level."""


class NearestUpsample(nn.Module):
    """Upsampling that doubles height and width by repeating each value."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, 2 H, 2 W)."""
        return functional.interpolate(x, scale_factor=2.0, mode="nearest")


class FPN(nn.Module):
    """A pyramid of levels of equal width, each the sum of its stage's map and the next coarser level.

    Args:
        dims: the numbers of channels of the input maps.
        start_level: the index of the first map that gets a level.
        extra_levels: the number of additional coarser levels, each of half the resolution, convolved from the last map
            (``on_input``).
    """

    def __init__(self, dims: Sequence[int], start_level: int = 0, extra_levels: int = 0) -> None:
        super().__init__()
        self.start_level = start_level
        used = dims[start_level:]
        self.lateral_convs = nn.ModuleList(conv_module(dim, WIDTH, 1) for dim in used)
        self.fpn_convs = nn.ModuleList(conv_module(WIDTH, WIDTH, 3) for _ in used)
        for extra in range(extra_levels):
            self.fpn_convs.append(conv_module(WIDTH if extra else dims[-1], WIDTH, 3, 2))
        self.upsample = NearestUpsample()

    def forward(self, maps: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Map the backbone's maps to the levels, each (N, 256, H, W), from the finest to the coarsest."""
        levels = [lateral(x) for lateral, x in zip(self.lateral_convs, maps[self.start_level :], strict=True)]
        for finer, coarser in reversed(list(pairwise(range(len(levels))))):
            levels[finer] = levels[finer] + self.upsample(levels[coarser])
        outputs = [conv(level) for conv, level in zip(self.fpn_convs, levels, strict=False)]
        x = maps[-1]
        for conv in self.fpn_convs[len(levels) :]:
            x = conv(x)
            outputs.append(x)
        return tuple(outputs)
