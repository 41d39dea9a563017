"""RetinaNet (Lin et al., arXiv 1708.02002): the paper's one-stage detector for COCO, with mmdetection's names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from ..anchors import ANCHORS_PER_CELL
from ..network import Network, NetworkConfig
from ..tasks import STAGES, OutputKind
from .backbone import Backbone
from .conv_module import conv_module
from .fpn import FPN, WIDTH

_STACKED = 4
_BOX = 4


class RetinaHead(nn.Module):
    """Two towers of convolutions, shared by all levels: one predicts the class of each anchor, one its box."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.cls_convs = nn.ModuleList(conv_module(WIDTH, WIDTH, 3, activate=True) for _ in range(_STACKED))
        self.reg_convs = nn.ModuleList(conv_module(WIDTH, WIDTH, 3, activate=True) for _ in range(_STACKED))
        self.retina_cls = nn.Conv2d(WIDTH, ANCHORS_PER_CELL * num_classes, 3, padding=1)
        self.retina_reg = nn.Conv2d(WIDTH, ANCHORS_PER_CELL * _BOX, 3, padding=1)

    def forward(self, levels: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Map the levels to class logits (N, anchors, classes) and box deltas (N, anchors, 4)."""
        logits = [_rows(self.retina_cls(_through(self.cls_convs, level)), self.num_classes) for level in levels]
        deltas = [_rows(self.retina_reg(_through(self.reg_convs, level)), _BOX) for level in levels]
        return torch.cat(logits, dim=1), torch.cat(deltas, dim=1)


def _through(convolutions: nn.ModuleList, x: Tensor) -> Tensor:
    for convolution in convolutions:
        x = convolution(x)
    return x


def _rows(x: Tensor, length: int) -> Tensor:
    """Reshape (N, anchors * length, H, W) to one row per anchor: (N, H * W * anchors, length)."""
    return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1, length)


class RetinaNet(Network):
    """RetinaNet: a backbone, a pyramid from stride 8 to stride 128, and a head."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        self.backbone = Backbone(replace(config, out_indices=STAGES))
        self.neck = FPN([stage.dim for stage in config.variant.stages], start_level=1, extra_levels=2)
        self.bbox_head = RetinaHead(config.num_classes)

    def output_kinds(self) -> Mapping[str, OutputKind]:
        """Return the two outputs of a detector: the classes of the anchors, and the deltas that move them."""
        return {"class_logits": "class_logits", "box_deltas": "box_deltas"}

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Map normalized images (N, 3, H, W) to class logits (N, anchors, classes) and box deltas (N, anchors, 4)."""
        outputs: tuple[Tensor, Tensor] = self.bbox_head(self.neck(self.backbone(image)))
        return outputs
