"""Semantic FPN (Kirillov et al., arXiv 1901.02446): the paper's network for ADE20K, with mmsegmentation's names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from torch import Tensor, nn

from ..network import Network, NetworkConfig
from ..tasks import STAGES, OutputKind
from .backbone import Backbone
from .conv_module import conv_module
from .fpn import FPN, WIDTH

_CHANNELS = 128


class SemanticFPNHead(nn.Module):
    """A head that upsamples all levels to stride 4, adds them up, and classifies each pixel."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.scale_heads = nn.ModuleList(_scale_head(doublings) for doublings in range(len(STAGES)))
        self.conv_seg = nn.Conv2d(_CHANNELS, num_classes, 1)

    def forward(self, levels: Sequence[Tensor]) -> Tensor:
        """Map the levels of strides 4, 8, 16 and 32 to logits (N, classes, H / 4, W / 4)."""
        first, *others = (head(level) for head, level in zip(self.scale_heads, levels, strict=True))
        for other in others:
            first = first + other
        logits: Tensor = self.conv_seg(first)
        return logits


def _scale_head(doublings: int) -> nn.Sequential:
    """Return one convolution before each doubling of the resolution, or a single one if there are no doublings."""
    parts: list[nn.Module] = []
    for number in range(max(doublings, 1)):
        parts.append(conv_module(_CHANNELS if number else WIDTH, _CHANNELS, 3, norm=True, activate=True))
        if doublings:
            parts.append(nn.Upsample(scale_factor=2.0, mode="bilinear", align_corners=False))
    return nn.Sequential(*parts)


class SemanticFPN(Network):
    """Semantic FPN: a backbone, a pyramid and a head."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        self.backbone = Backbone(replace(config, out_indices=STAGES))
        self.neck = FPN([stage.dim for stage in config.variant.stages])
        self.decode_head = SemanticFPNHead(config.num_classes)

    def output_kinds(self) -> Mapping[str, OutputKind]:
        """Return the one output of a segmenter, the class logits of each pixel."""
        return {"class_map": "class_map"}

    def forward(self, image: Tensor) -> Tensor:
        """Map normalized images (N, 3, H, W) to logits (N, classes, H / 4, W / 4)."""
        logits: Tensor = self.decode_head(self.neck(self.backbone(image)))
        return logits
