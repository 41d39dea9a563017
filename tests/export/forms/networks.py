"""Random networks, and the measure of equality that every rewrite is held to."""

from __future__ import annotations

import torch

from cloformer.model.network import Network, outputs_of
from cloformer.model.tasks import CLASSIFICATION, TaskName
from tests.networks import shallow_network

VARIANTS = ("xxs", "xs", "s", "xxs_global", "xxs_local")


def random_network(variant: str, seed: int, task: TaskName = CLASSIFICATION) -> Network:
    """A shallow network in float64."""
    return shallow_network(task, variant, 7, seed).double()


def random_image(seed: int, *shape: int) -> torch.Tensor:
    """Float64 values of any sign."""
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def largest_difference(model: torch.nn.Module, other: torch.nn.Module, image: torch.Tensor) -> float:
    """Of any output, relative to its largest value."""
    with torch.no_grad():
        expected, found = (outputs_of(each(image)) for each in (model, other))
    return max(float((a - b).abs().max() / a.abs().max()) for a, b in zip(expected, found, strict=True))
