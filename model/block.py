"""Clo blocks, and the stages made of them (paper section 3, figure 2)."""

from __future__ import annotations

from torch import Tensor, nn

from .clo_attention import CloAttention
from .conv_ffn import ConvFFN
from .stem import Stem
from .variants import StageConfig, VariantConfig, check_image_size


class CloBlock(nn.Module):
    """Clo attention and ConvFFN, each with a normalization before it and a residual connection around it.

    With ``stride`` 2 the block ends its stage: ConvFFN halves the resolution, and so does the shortcut, a dense
    convolution in the official code. (The paper's FLOPs fit a depthwise one; its parameter counts fit the code.)
    """

    def __init__(self, variant: VariantConfig, stage: StageConfig, out_dim: int, stride: int) -> None:
        super().__init__()
        kernel = variant.ffn_kernel_size
        self.norm1 = nn.GroupNorm(1, stage.dim)
        self.attn = CloAttention(stage)
        self.norm2 = nn.GroupNorm(1, stage.dim)
        self.downsample: nn.Module = nn.Identity()
        if stride == 2:
            self.downsample = nn.Sequential(
                nn.Conv2d(stage.dim, stage.dim, kernel, 2, kernel // 2),
                nn.BatchNorm2d(stage.dim),
                nn.Conv2d(stage.dim, out_dim, 1),
            )
        self.mlp = ConvFFN(stage.dim, out_dim, variant.ffn_ratio, kernel, stride)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map (N, dim, H, W) to (N, out_dim, H / stride, W / stride); also return the tensor before the FFN."""
        x = x + self.attn(self.norm1(x))
        out: Tensor = self.downsample(x) + self.mlp(self.norm2(x))
        return out, x


class Stage(nn.Module):
    """Clo blocks at one resolution; the last block changes to the next stage's resolution and width, if any."""

    def __init__(self, variant: VariantConfig, index: int) -> None:
        super().__init__()
        stage = variant.stages[index]
        self.is_last = index == len(variant.stages) - 1
        out_dim = stage.dim if self.is_last else variant.stages[index + 1].dim
        blocks = [CloBlock(variant, stage, stage.dim, 1) for _ in range(stage.depth - 1)]
        blocks.append(CloBlock(variant, stage, out_dim, 1 if self.is_last else 2))
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map (N, dim, H, W) to the next stage's input and to this stage's own map, its last (N, dim, H, W) tensor."""
        between = x
        for block in self.blocks:
            x, between = block(x)
        return x, x if self.is_last else between


def make_stages(variant: VariantConfig) -> nn.ModuleList:
    """Return the four stages of a variant."""
    return nn.ModuleList(Stage(variant, index) for index in range(len(variant.stages)))


def stage_maps(stem: Stem, stages: nn.ModuleList, image: Tensor) -> list[Tensor]:
    """Run stem and stages on normalized images (N, 3, H, W) and return each stage's map: strides 4, 8, 16 and 32.

    Raises:
        UsageError: H or W is not a multiple of 32.
    """
    check_image_size(image.shape[2], image.shape[3])
    x = stem(image)
    maps: list[Tensor] = []
    for stage in stages:
        x, own = stage(x)
        maps.append(own)
    return maps
