"""What the reference computes for the reference images."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from cloformer.model import Preprocessing, normalize, preprocess
from cloformer.model.network import Network, outputs_of
from cloformer.model.preprocessing import upright_rgb
from cloformer.runtimes.pytorch.threads import torch_threads
from cloformer.runtimes.session import LOGITS

from .images import reference_images

Floats = NDArray[np.float32]

_CHUNK = 4
"""How many images run at a time: in float64 an activation of S at 384x384 takes 150 MB an image."""


@dataclass(frozen=True)
class ReferenceRun:
    """The inputs of a comparison, and the outputs that are right.

    Attributes:
        names: the names of the images.
        images: (N, 3, H, W) in [0, 1], preprocessed, not normalized.
        normalized: the same images, normalized, as the reference takes them.
        outputs: the reference's outputs by name, (N, ...), computed in float64 and rounded once, so that they do not
            depend on the number of threads.
    """

    names: tuple[str, ...]
    images: Floats
    normalized: Floats
    outputs: dict[str, Floats]

    def inputs(self, *, normalized: bool) -> Floats:
        """Return the images, ``normalized`` or not, as an artifact expects them."""
        return self.normalized if normalized else self.images

    @property
    def logits(self) -> Floats:
        """The logits of a classifier."""
        return self.outputs[LOGITS]


def run_reference(model: Network, contract: Preprocessing) -> ReferenceRun:
    """Preprocess the reference images and run the reference on them."""
    images = reference_inputs(contract)
    normalized = normalize(images, contract)
    outputs = dict(zip(model.output_kinds(), run_in_float64(model, normalized), strict=True))
    return ReferenceRun(tuple(reference_images()), images, normalized, outputs)


def reference_inputs(contract: Preprocessing) -> Floats:
    """Return the reference images, preprocessed and not normalized: (N, 3, H, W)."""
    return np.stack([preprocess(upright_rgb(image), contract) for image in reference_images().values()])


def run_in_float64(network: torch.nn.Module, images: Floats) -> list[Floats]:
    """Run a network on (N, 3, H, W) in float64; returns each of its outputs in float32.

    One thread makes the same sums in the same order on every machine. It is also the safe choice: float64 convolutions
    are cut into many small parallel regions, and their threads spin while they wait. On two busy cores the sixteen
    images took 199 s on two threads and 4 s on one.
    """
    double = copy.deepcopy(network).double().eval()
    rows: list[tuple[torch.Tensor, ...]] = []
    with torch.no_grad(), torch_threads(1):
        for start in range(0, len(images), _CHUNK):
            rows.append(outputs_of(double(torch.from_numpy(images[start : start + _CHUNK]).double())))
    return [torch.cat(parts).float().numpy() for parts in zip(*rows, strict=True)]
