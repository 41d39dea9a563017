"""CloFormer for image classification: stem, four stages of Clo blocks, head (paper section 3, figure 2).

The parameter names are those of the official code, so its checkpoints load unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from .block import make_stages, stage_maps
from .network import Network, NetworkConfig
from .stem import Stem
from .tasks import CLASSIFICATION, OutputKind
from .variants import VariantConfig


class CloFormer(Network):
    """The reference classifier, against which every exported artifact is compared."""

    def __init__(self, variant: VariantConfig, num_classes: int) -> None:
        super().__init__(NetworkConfig(variant, CLASSIFICATION, num_classes))
        width = variant.stages[-1].dim
        self.patch_embed = Stem(variant.stages[0].dim)
        self.layers = make_stages(variant)
        self.norm = nn.GroupNorm(1, width)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(width, num_classes)

    def output_kinds(self) -> Mapping[str, OutputKind]:
        """Return the one output of a classifier, its logits."""
        return {"logits": "logits"}

    def forward(self, image: Tensor) -> Tensor:
        """Map normalized images (N, 3, H, W) to logits (N, num_classes).

        Raises:
            UsageError: H or W is not a multiple of 32.
        """
        x = stage_maps(self.patch_embed, self.layers, image)[-1]
        logits: Tensor = self.head(self.avgpool(self.norm(x)).flatten(1))
        return logits
