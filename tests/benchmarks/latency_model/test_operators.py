"""Traced operators, compared with counts by hand."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cloformer.benchmarks.latency_model.networks import operators_of_peer
from cloformer.benchmarks.latency_model.operators import Operator, trace_operators
from cloformer.benchmarks.multiply_adds import count_multiply_adds
from cloformer.model import CloFormer


def test_kernels_of_a_small_network() -> None:
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 5),
    ).eval()
    image, features, kernel = 3 * 8 * 8, 8 * 4 * 4, 8 * 3 * 9
    assert trace_operators(network, (8, 8)) == [
        Operator("convolution", multiply_adds=features * 27, elements=image + kernel + features, weights=kernel),
        Operator("mean", multiply_adds=0, elements=features + 8, weights=0),
        Operator("addmm", multiply_adds=40, elements=8 + 40 + 5 + 5, weights=45),
    ]


def test_views_are_no_kernels_and_copies_are() -> None:
    class Shuffle(nn.Module):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return image.permute(0, 2, 3, 1).contiguous().view(1, -1)[:, ::2]

    (copy,) = trace_operators(Shuffle(), (4, 4))
    assert (copy.name, copy.elements) == ("clone", 2 * 48)


def test_every_multiply_add_and_every_weight_is_in_a_kernel(shallow: CloFormer) -> None:
    operators = trace_operators(shallow, (64, 64))
    assert sum(each.multiply_adds for each in operators) == count_multiply_adds(shallow, (64, 64))
    norms = sum(each.numel() for module in shallow.modules() if isinstance(module, nn.BatchNorm2d)
                for each in module.parameters())  # fmt: skip
    assert sum(each.weights for each in operators) == sum(each.numel() for each in shallow.parameters()) - norms


def test_without_memory_the_trace_is_the_same(shallow: CloFormer) -> None:
    computed = trace_operators(shallow, (32, 32))
    on_meta = trace_operators(shallow_on_meta(shallow), (32, 32), "meta")
    assert on_meta == computed


def shallow_on_meta(network: CloFormer) -> nn.Module:
    with torch.device("meta"):
        return CloFormer(network.variant, network.num_classes).eval()


@pytest.mark.parametrize(("name", "size", "billions"), [("mobilenetv2_100", 224, 0.30), ("repvit_m1_0", 224, 1.10)])
def test_peers_compute_what_was_published(name: str, size: int, billions: float) -> None:
    pytest.importorskip("timm", reason="the extra peers is not installed")
    operators = operators_of_peer(name, size)
    assert sum(each.multiply_adds for each in operators) / 1e9 == pytest.approx(billions, rel=0.02)
