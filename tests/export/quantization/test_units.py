"""Units: every layer of every form belongs to the one that its name says, and normalizations to none."""

from __future__ import annotations

import pytest
import torch

from cloformer.export.forms import apply_form
from cloformer.export.graph.deploy_module import DeployModule
from cloformer.export.quantization.units import unit_names, unit_of
from cloformer.model import CloFormer, create_model, preprocessing_for

LAYERS = (torch.ops.aten.conv2d.default, torch.ops.aten.linear.default)
ONE_BLOCK_A_STAGE = (
    "patch_embed",
    *(f"layers.{stage}.blocks.0.{part}" for stage in range(3) for part in ("attn", "downsample", "mlp")),
    "layers.3.blocks.0.attn",
    "layers.3.blocks.0.mlp",
    "head",
)


def test_units_in_the_order_in_which_they_compute(shallow: CloFormer) -> None:
    assert unit_names(shallow) == ONE_BLOCK_A_STAGE


def test_xxs_has_a_unit_for_each_half_of_its_twelve_blocks() -> None:
    names = unit_names(create_model("xxs"))

    assert len(names) == 1 + 2 * 12 + 3 + 1
    assert sum(name.endswith("downsample") for name in names) == 3


@pytest.mark.parametrize("form", ["xnnpack", "onnx-provider", "neural-engine"])
def test_every_layer_is_in_a_unit_and_no_normalization_is(shallow: CloFormer, form: str) -> None:
    module = DeployModule(apply_form(shallow, form), preprocessing_for(32, 32)).eval()
    graph = torch.export.export(module, (torch.zeros(1, 3, 32, 32),)).graph

    layers = [node for node in graph.nodes if node.target in LAYERS]
    means = [node for node in layers if node.meta["val"].shape[1] == 1]  # a normalization's, where it is a convolution

    assert {unit_of(node) for node in means} <= {None}
    assert list(dict.fromkeys(unit_of(node) for node in layers if node not in means)) == list(ONE_BLOCK_A_STAGE)
