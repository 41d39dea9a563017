"""The CloFormer body as a backbone for dense heads."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from ..block import make_stages, stage_maps
from ..network import Network, NetworkConfig
from ..stem import Stem
from ..tasks import OutputKind


class Backbone(Network):
    """Stem and stages, which return named feature maps: ``stage1`` (stride 4) to ``stage4`` (stride 32)."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        stages = config.variant.stages
        self.patch_embed = Stem(stages[0].dim)
        self.layers = make_stages(config.variant)
        if config.norm_outputs:
            for index in config.out_indices:
                self.add_module(f"norm{index}", nn.GroupNorm(1, stages[index].dim))

    def output_kinds(self) -> Mapping[str, OutputKind]:
        """Return one feature map for each of ``out_indices``."""
        return {f"stage{index + 1}": "feature_map" for index in self.config.out_indices}

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Map normalized images (N, 3, H, W) to the maps of ``out_indices``, each (N, dim, H / stride, W / stride).

        Raises:
            UsageError: H or W is not a multiple of 32.
        """
        maps = stage_maps(self.patch_embed, self.layers, image)
        if self.config.norm_outputs:
            return tuple(self.get_submodule(f"norm{index}")(maps[index]) for index in self.config.out_indices)
        return tuple(maps[index] for index in self.config.out_indices)
