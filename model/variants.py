"""The CloFormer family as data: Table 1 of the paper, completed from the official configuration files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .errors import UsageError

IMAGENET_CLASSES = 1000

SIZE_MULTIPLE = 32
"""Height and width must be multiples of this: the total stride is 32, and every pooling window divides its map."""

LARGEST_SIDE = 1024
"""The largest height or width: beyond it the reference needs more memory than most machines have, and the operating
system kills it without a message."""


@dataclass(frozen=True)
class StageConfig:
    """The configuration of one of the four stages.

    Attributes:
        dim: the number of channels.
        depth: the number of Clo blocks; the last block of stages 1 to 3 also halves the resolution.
        local_heads: the number of heads of the local branch (AttnConv); 0 leaves the branch out.
        global_heads: the number of heads of the global branch (pooled attention); 0 leaves the branch out.
        kernel_size: the side of AttnConv's depthwise kernel.
        pool_window: the side of the average-pooling window for the global branch's keys and values.
    """

    dim: int
    depth: int
    local_heads: int
    global_heads: int
    kernel_size: int
    pool_window: int

    @property
    def head_dim(self) -> int:
        """The number of channels of one head."""
        return self.dim // (self.local_heads + self.global_heads)


@dataclass(frozen=True)
class VariantConfig:
    """The configuration of one variant of CloFormer.

    Attributes:
        name: the value of ``--variant``.
        stages: the four stages, from stride 4 to stride 32.
        ffn_ratio: the ratio of a ConvFFN's hidden channels to its input channels.
        ffn_kernel_size: the side of ConvFFN's depthwise kernel and of the dense kernel in the shortcut between stages.
    """

    name: str
    stages: tuple[StageConfig, ...]
    ffn_ratio: int = 4
    ffn_kernel_size: int = 5


_DEPTHS = (2, 2, 6, 2)
_KERNEL_SIZES = (3, 5, 7, 9)
_POOL_WINDOWS = (8, 4, 2, 1)


def _variant(name: str, dims: tuple[int, ...], heads: tuple[tuple[int, int], ...]) -> VariantConfig:
    rows = zip(dims, _DEPTHS, heads, _KERNEL_SIZES, _POOL_WINDOWS, strict=True)
    stages = tuple(
        StageConfig(dim, depth, local_heads, global_heads, kernel, window)
        for dim, depth, (local_heads, global_heads), kernel, window in rows
    )
    return VariantConfig(name, stages)


VARIANTS: Mapping[str, VariantConfig] = MappingProxyType(
    {
        variant.name: variant
        for variant in (
            _variant("xxs", (32, 64, 128, 256), ((3, 1), (2, 2), (4, 4), (4, 12))),
            _variant("xs", (48, 96, 160, 352), ((2, 1), (3, 3), (5, 5), (7, 15))),
            _variant("s", (64, 128, 224, 448), ((3, 1), (4, 4), (7, 7), (7, 21))),
            _variant("xxs_global", (32, 64, 128, 256), ((0, 4), (0, 4), (0, 8), (0, 16))),
            _variant("xxs_local", (32, 64, 128, 256), ((4, 0), (4, 0), (8, 0), (16, 0))),
        )
    }
)
"""Variant name -> variant: the paper's XXS, XS and S, and its two branch ablations of XXS."""


def find_variant(name: str) -> VariantConfig:
    """Return the variant called ``name``.

    Raises:
        UsageError: there is no such variant.
    """
    if name not in VARIANTS:
        raise UsageError(f"there is no variant {name!r}", f"choose one of {', '.join(VARIANTS)}")
    return VARIANTS[name]


def check_image_size(height: int, width: int) -> None:
    """Reject an image size that the network's strides and pooling windows do not divide, or that is too large.

    Raises:
        UsageError: a side is not a multiple of 32 up to 1024; the message names the nearest size that works.
    """
    nearest = [_nearest_side(side) for side in (height, width)]
    if nearest == [height, width]:
        return
    raise UsageError(
        f"CloFormer does not support images of {height}x{width}: "
        f"both sides must be multiples of {SIZE_MULTIPLE}, at most {LARGEST_SIDE}",
        f"the nearest size is {nearest[0]}x{nearest[1]}",
    )


def _nearest_side(side: int) -> int:
    return min(max(SIZE_MULTIPLE, round(side / SIZE_MULTIPLE) * SIZE_MULTIPLE), LARGEST_SIDE)
