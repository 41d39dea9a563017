"""Small networks that take the same path as the real ones: every kind of layer, a third of the graph."""

from __future__ import annotations

import dataclasses

from cloformer.model.build import build_network
from cloformer.model.network import Network, NetworkConfig
from cloformer.model.random_weights import fill_with_random_weights
from cloformer.model.tasks import TaskName
from cloformer.model.variants import VARIANTS, VariantConfig


def shallow_variant(name: str = "xxs") -> VariantConfig:
    """The variant with one block a stage instead of 2, 2, 6, 2."""
    variant = VARIANTS[name]
    stages = tuple(dataclasses.replace(stage, depth=1) for stage in variant.stages)
    return dataclasses.replace(variant, name=f"{name}_shallow", stages=stages)


def shallow_network(task: TaskName, variant: str = "xxs", num_classes: int = 10, seed: int = 0) -> Network:
    """A network for a task around a shallow body, with random weights."""
    model = build_network(NetworkConfig(shallow_variant(variant), task, 0 if task == "features" else num_classes))
    fill_with_random_weights(model, seed)
    return model.eval()
