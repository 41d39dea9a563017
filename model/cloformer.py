"""CloFormer for image classification: stem, four stages of Clo blocks, head (paper section 3, figure 2).

The parameter names are those of the official code, so its checkpoints load as they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn

from .clo_attention import CloAttention
from .conv_ffn import ConvFFN
from .stem import Stem
from .variants import StageConfig, VariantConfig, check_image_size


class CloBlock(nn.Module):
    """Clo attention and ConvFFN, each normalised first and added to its input.

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

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to (N, out_dim, H / stride, W / stride)."""
        x = x + self.attn(self.norm1(x))
        out: Tensor = self.downsample(x) + self.mlp(self.norm2(x))
        return out


class Stage(nn.Module):
    """Clo blocks at one resolution; the last one leads to the next stage's resolution and width, if there is one."""

    def __init__(self, variant: VariantConfig, index: int) -> None:
        super().__init__()
        stage = variant.stages[index]
        last = index == len(variant.stages) - 1
        out_dim = stage.dim if last else variant.stages[index + 1].dim
        blocks = [CloBlock(variant, stage, stage.dim, 1) for _ in range(stage.depth - 1)]
        blocks.append(CloBlock(variant, stage, out_dim, 1 if last else 2))
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to the next stage's input, or to (N, dim, H, W) in the last stage."""
        for block in self.blocks:
            x = block(x)
        return x


class CloFormer(nn.Module):
    """The reference: truth for every comparison in this project.

    Attributes:
        variant: the configuration it was built from.
        num_classes: length of the logits.
    """

    def __init__(self, variant: VariantConfig, num_classes: int) -> None:
        super().__init__()
        self.variant = variant
        self.num_classes = num_classes
        width = variant.stages[-1].dim
        self.patch_embed = Stem(variant.stages[0].dim)
        self.layers = nn.ModuleList(Stage(variant, index) for index in range(len(variant.stages)))
        self.norm = nn.GroupNorm(1, width)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(width, num_classes)

    def clo_blocks(self) -> Iterator[CloBlock]:
        """Every block, in the order in which they compute."""
        for module in self.modules():
            if isinstance(module, CloBlock):
                yield module

    def forward(self, image: Tensor) -> Tensor:
        """Map normalised images (N, 3, H, W) to logits (N, num_classes).

        Raises:
            UsageError: H or W is not a multiple of 32.
        """
        check_image_size(image.shape[2], image.shape[3])
        x = self.patch_embed(image)
        for stage in self.layers:
            x = stage(x)
        logits: Tensor = self.head(self.avgpool(self.norm(x)).flatten(1))
        return logits
