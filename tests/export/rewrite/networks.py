"""Random networks, and the measure of equality that every rewrite is held to."""

from __future__ import annotations

import torch

from cloformer.model import CloFormer
from cloformer.model.random_weights import fill_with_random_weights
from tests.conftest import shallow_variant

VARIANTS = ("xxs", "xs", "s", "xxs_global", "xxs_local")


def random_network(variant: str, seed: int) -> CloFormer:
    """A shallow network in float64."""
    model = CloFormer(shallow_variant(variant), 7)
    fill_with_random_weights(model, seed)
    return model.double().eval()


def random_image(seed: int, *shape: int) -> torch.Tensor:
    """Float64 values of any sign."""
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def largest_difference(model: torch.nn.Module, other: torch.nn.Module, image: torch.Tensor) -> float:
    """Of the logits, relative to the largest."""
    with torch.no_grad():
        expected, found = model(image), other(image)
    return float((expected - found).abs().max() / expected.abs().max())
