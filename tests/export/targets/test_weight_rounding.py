"""Weights on int8 steps, and layers whose outputs stay closer than the nearest steps would leave them."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

from cloformer.export.targets.qnn.weight_rounding import round_rows, round_weights


def correlated_images(count: int) -> np.ndarray:
    """Smooth in space, and equal in their channels up to a little noise, as photographs are."""
    generator = np.random.default_rng(0)
    coarse = generator.uniform(0, 1, (count, 1, 4, 4)).repeat(4, axis=2).repeat(4, axis=3)
    return (coarse + 0.05 * generator.standard_normal((count, 3, 16, 16))).astype(np.float32)


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 8, 5, stride=2, padding=2, groups=8),
        nn.Conv2d(8, 8, 1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 4),
    ).eval()


def to_nearest(model: nn.Module) -> nn.Module:
    rounded = copy.deepcopy(model)
    with torch.no_grad():
        for layer in rounded.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                rows = layer.weight.flatten(1)[None].double()
                layer.weight.copy_(round_rows(rows, None).reshape(layer.weight.shape))
    return rounded


@torch.no_grad()
def test_every_weight_is_a_step_that_a_quantizer_finds_again() -> None:
    model = network()
    largest = [layer.weight.flatten(1).abs().amax(1) for layer in model if isinstance(layer, nn.Conv2d | nn.Linear)]
    round_weights(model, correlated_images(4))
    layers = [layer for layer in model if isinstance(layer, nn.Conv2d | nn.Linear)]
    for layer, before in zip(layers, largest, strict=True):
        rows = layer.weight.flatten(1)
        torch.testing.assert_close(rows.abs().amax(1), before)
        steps = rows / (before[:, None] / 127)
        torch.testing.assert_close(steps, steps.round(), atol=1e-3, rtol=0)


@torch.no_grad()
def test_outputs_stay_closer_than_with_the_nearest_steps_on_images_that_were_not_measured() -> None:
    model, images = network(), correlated_images(16)
    rounded = copy.deepcopy(model)
    round_weights(rounded, images[:8])
    unseen = torch.from_numpy(images[8:])
    expected = model(unseen)
    nearest = float((to_nearest(model)(unseen) - expected).square().mean())
    assert float((rounded(unseen) - expected).square().mean()) < nearest / 4


@pytest.mark.parametrize("moments", [None, torch.zeros(1, 3, 3, dtype=torch.float64)])
def test_rows_of_zeros_and_inputs_that_are_always_zero_are_no_trouble(moments: torch.Tensor | None) -> None:
    weight = torch.tensor([[[0.0, 0.0, 0.0], [127.0, 1.4, -3.6]]], dtype=torch.float64)
    expected = torch.tensor([[[0.0, 0.0, 0.0], [127.0, 1.0, -4.0]]], dtype=torch.float64)
    torch.testing.assert_close(round_rows(weight, moments), expected)
