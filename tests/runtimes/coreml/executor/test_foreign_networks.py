"""Networks that are not ours, converted by coremltools and compared with PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import coremltools as ct
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cloformer.runtimes.coreml.executor import CoreMLProgram
from tests.runtimes.coreml.executor.mil_programs import floats

transformers = pytest.importorskip("transformers")

SIZE = 64

NETWORKS: dict[str, Any] = {
    "MobileNetV2": lambda: transformers.MobileNetV2ForImageClassification(
        transformers.MobileNetV2Config(image_size=SIZE, depth_multiplier=0.35, num_labels=11)
    ),
    "EfficientNet": lambda: transformers.EfficientNetForImageClassification(
        transformers.EfficientNetConfig(
            image_size=SIZE, width_coefficient=0.25, depth_coefficient=0.5, hidden_dim=320, num_labels=11
        )
    ),
    "MobileViT": lambda: transformers.MobileViTForImageClassification(
        transformers.MobileViTConfig(
            image_size=SIZE,
            hidden_sizes=[32, 40, 48],
            neck_hidden_sizes=[8, 16, 16, 24, 32, 40, 80],
            num_labels=11,
        )
    ),
    "ConvNeXt": lambda: transformers.ConvNextForImageClassification(
        transformers.ConvNextConfig(image_size=SIZE, hidden_sizes=[16, 24, 32, 48], depths=[1, 1, 2, 1], num_labels=11)
    ),
    "ViT": lambda: transformers.ViTForImageClassification(
        transformers.ViTConfig(
            image_size=SIZE,
            hidden_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=96,
            num_labels=11,
        )
    ),
    "Swin": lambda: transformers.SwinForImageClassification(
        transformers.SwinConfig(
            image_size=SIZE, embed_dim=16, depths=[1, 2], num_heads=[2, 4], window_size=4, num_labels=11
        )
    ),
    "ResNet": lambda: transformers.ResNetForImageClassification(
        transformers.ResNetConfig(embedding_size=16, hidden_sizes=[16, 32, 48, 64], depths=[1, 1, 1, 1], num_labels=11)
    ),
}


class _Logits(nn.Module):
    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        logits: Tensor = self.network(image).logits
        return logits


def _randomize(network: nn.Module) -> None:
    """Give normalizations statistics and scales of their own: fresh ones are 0 or 1 and hide mistakes."""
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                assert module.running_mean is not None
                assert module.running_var is not None
                module.running_mean.normal_(0, 0.3)
                module.running_var.uniform_(0.5, 1.5)
            if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm)):
                module.weight.uniform_(0.5, 1.5)
                module.bias.normal_(0, 0.3)
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_normal_(module.weight)


DEFAULT = dict(zip(NETWORKS, ("iOS15", "iOS18", "iOS15", "iOS18", "iOS15", "iOS18", "iOS15"), strict=True))
"""Each network in one of the two dialects: they differ in few operators. Nightly, each in both."""

CASES = [
    pytest.param(name, target, marks=() if DEFAULT[name] == target else pytest.mark.nightly)
    for name in NETWORKS
    for target in ("iOS15", "iOS18")
]


@pytest.mark.parametrize(("name", "target"), CASES)
def test_a_foreign_network_gives_pytorchs_logits(name: str, target: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = _Logits(NETWORKS[name]()).eval()
    _randomize(network)
    x = floats(1, 3, SIZE, SIZE)
    with torch.no_grad():
        expected = network(torch.from_numpy(x)).numpy()
        other = network(torch.from_numpy(x[:, :, ::-1].copy())).numpy()
        exported = torch.export.export(network, (torch.from_numpy(x),)).run_decompositions({})
    ct.convert(
        exported,
        inputs=[ct.TensorType(name="image", shape=x.shape)],
        compute_precision=ct.precision.FLOAT32,
        minimum_deployment_target=ct.target[target],
        skip_model_load=True,
    ).save(str(tmp_path / "network.mlpackage"))
    (logits,) = CoreMLProgram(tmp_path / "network.mlpackage").run({"image": x}).values()
    scale = np.abs(expected).max()
    assert np.abs(expected - other).max() > 1e-2 * scale, "the network does not look at its input"
    np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-4 * max(1.0, scale))
