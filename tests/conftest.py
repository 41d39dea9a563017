"""What all tests share: one thread a worker, and a small network that takes the same path as the real ones."""

from __future__ import annotations

import dataclasses
import os

# Before torch is imported: its threads spin at their barriers, and the test workers already fill the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
import torch

from cloformer.model import CloFormer
from cloformer.model.build import build_network
from cloformer.model.network import Network, NetworkConfig
from cloformer.model.random_weights import fill_with_random_weights
from cloformer.model.tasks import TaskName
from cloformer.model.variants import VARIANTS, VariantConfig

torch.set_num_threads(1)


def shallow_variant(name: str = "xxs") -> VariantConfig:
    """The variant with one block a stage instead of 2, 2, 6, 2: every kind of layer, a third of the graph."""
    variant = VARIANTS[name]
    stages = tuple(dataclasses.replace(stage, depth=1) for stage in variant.stages)
    return dataclasses.replace(variant, name=f"{name}_shallow", stages=stages)


def shallow_network(task: TaskName, variant: str = "xxs", num_classes: int = 10, seed: int = 0) -> Network:
    """A network for a task around a shallow body, with random weights."""
    model = build_network(NetworkConfig(shallow_variant(variant), task, 0 if task == "features" else num_classes))
    fill_with_random_weights(model, seed)
    return model.eval()


@pytest.fixture(scope="session")
def shallow() -> CloFormer:
    """A shallow CloFormer with 10 classes and random weights."""
    model = CloFormer(shallow_variant(), 10)
    fill_with_random_weights(model)
    return model.eval()
