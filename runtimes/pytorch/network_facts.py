"""The facts that a manifest contains about a network, derived from the network itself."""

from __future__ import annotations

import torch

from cloformer.model import WeightsInfo
from cloformer.model.build import build_network
from cloformer.model.network import Network, outputs_of
from cloformer.runtimes.bundle.manifest import ModelFacts, OutputFacts


def model_facts(network: Network, weights: WeightsInfo) -> ModelFacts:
    """Return the facts about a network and its weights."""
    return ModelFacts(
        variant=network.variant.name,
        task=network.config.task,
        num_classes=network.num_classes,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        weights=weights,
    )


def output_facts(network: Network, batch: int | None, image_size: tuple[int, int]) -> tuple[OutputFacts, ...]:
    """Return the facts about a network's outputs for an image size; a batch of None means any batch size."""
    with torch.device("meta"):  # only shapes are needed
        outputs = outputs_of(build_network(network.config).eval()(torch.empty(1, 3, *image_size)))
    return tuple(
        OutputFacts(name=name, kind=kind, shape=(batch, *output.shape[1:]))
        for (name, kind), output in zip(network.output_kinds().items(), outputs, strict=True)
    )
