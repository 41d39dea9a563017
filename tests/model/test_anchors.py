from __future__ import annotations

import numpy as np
import pytest
import torch

from cloformer.model.anchors import anchor_boxes, level_lengths, retinanet_coding


def test_the_first_anchors_are_mmdetections() -> None:
    """Octave base scale 4, stride 8, ratio 0.5: 32 * sqrt(2) wide and 32 / sqrt(2) high, around the cell's corner."""
    wide = anchor_boxes(retinanet_coding(), 64, 64)[0]
    np.testing.assert_allclose(wide, [-22.627417, -11.313708, 22.627417, 11.313708], rtol=1e-6)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (96, 160), (512, 512), (224, 32)])
def test_anchors_are_torchvisions_up_to_its_rounding(height: int, width: int) -> None:
    torchvision = pytest.importorskip("torchvision.models.detection.anchor_utils")
    sides = tuple(tuple(32 * 2**level * 2 ** (third / 3) for third in range(3)) for level in range(5))
    generator = torchvision.AnchorGenerator(sides, ((0.5, 1.0, 2.0),) * 5)
    theirs = []
    for stride, cell in zip((8, 16, 32, 64, 128), generator.cell_anchors, strict=True):
        rows, columns = (-(-side // stride) for side in (height, width))
        y, x = torch.meshgrid(torch.arange(rows) * stride, torch.arange(columns) * stride, indexing="ij")
        shifts = torch.stack([x, y, x, y], dim=-1).reshape(-1, 1, 4)
        theirs.append((shifts + cell).reshape(-1, 4))
    ours = anchor_boxes(retinanet_coding(), height, width)
    assert np.abs(ours - torch.cat(theirs).numpy()).max() <= 0.5  # it rounds the anchors of a cell to pixels


def test_each_level_has_its_share() -> None:
    assert level_lengths(retinanet_coding(), 96, 160) == [2160, 540, 135, 54, 18]
    assert sum(level_lengths(retinanet_coding(), 512, 512)) == 49104
