"""The spectra of the two branches' outputs, as the paper plots them.

The paper claims that the global branch, whose keys and values are pooled, passes low frequencies, and the local branch
high ones. As in Park and Kim, "How do vision transformers work?" (2022), the spectrum of a map is the logarithm of its
Fourier amplitudes along the diagonal, minus that of its mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from cloformer.model import CloFormer, create_model, normalize, preprocess, preprocessing_for
from cloformer.model.clo_attention import CloAttention
from cloformer.model.demo import DEMO, DEMO_IMAGE_SIZE, DEMO_VARIANT, demo_checkpoint
from cloformer.model.demo.digits import load_splits
from cloformer.model.preprocessing import upright_rgb

_Hook = Callable[[nn.Module, tuple[Tensor, ...]], None]

_IMAGES = 64
_SMALLEST_MAP = 4
"""Minimum number of rows of a map; smaller maps have no frequency between the mean and the highest."""


@dataclass(frozen=True)
class BranchSpectra:
    """Spectra of the two branches of one block.

    Attributes:
        stage: number of the stage, from 1.
        block: number of the block within the stage, from 1.
        frequency: frequencies from 0 to 1, where 1 means pi per sample.
        local: log amplitudes of the local branch relative to frequency 0, averaged over channels and images.
        pooled: log amplitudes of the global branch relative to frequency 0, averaged over channels and images.
    """

    stage: int
    block: int
    frequency: tuple[float, ...]
    local: tuple[float, ...]
    pooled: tuple[float, ...]

    @property
    def local_is_higher(self) -> bool:
        """Whether the local branch keeps more of the upper half of the frequencies."""
        upper = len(self.frequency) // 2
        return float(np.mean(self.local[upper:])) > float(np.mean(self.pooled[upper:]))


def demo_spectra() -> list[BranchSpectra] | None:
    """Return the demo checkpoint's spectra on digits that it was not trained on, or None if there is no checkpoint."""
    if not demo_checkpoint().exists():
        return None
    preprocessing = preprocessing_for(DEMO_IMAGE_SIZE, DEMO_IMAGE_SIZE)
    digits = load_splits()[1].images()[:_IMAGES]
    images = np.stack([preprocess(upright_rgb(digit), preprocessing) for digit in digits])
    model = create_model(DEMO_VARIANT, checkpoint=DEMO)
    return branch_spectra(model, torch.from_numpy(normalize(images, preprocessing)))


def branch_spectra(model: CloFormer, images: Tensor) -> list[BranchSpectra]:
    """Return the spectra of every block that has both branches, for normalized images (N, 3, H, W)."""
    found: list[BranchSpectra] = []
    handles = []
    for stage, layer in enumerate(model.layers, start=1):
        attentions = [module for module in layer.modules() if isinstance(module, CloAttention)]
        for number, attention in enumerate(attentions, start=1):
            if len(attention.convs) and attention.global_heads:
                handles.append(attention.proj.register_forward_pre_hook(_note(found, stage, number, attention)))
    try:
        with torch.no_grad():
            model(images)
    finally:
        for handle in handles:
            handle.remove()
    return found


def log_amplitudes(maps: Tensor) -> list[float]:
    """Return the log amplitudes of square maps (N, C, H, H) along the diagonal, from the mean to the highest frequency.

    They are relative to that of the mean, and averaged over images and channels.
    """
    amplitudes = torch.fft.fft2(maps.double()).abs()
    diagonal = torch.diagonal(amplitudes, dim1=2, dim2=3)[..., : maps.shape[-1] // 2 + 1]
    smallest = torch.finfo(torch.float64).tiny
    averaged = diagonal.clamp_min(smallest).log().mean(dim=(0, 1))
    relative: list[float] = (averaged - averaged[0]).tolist()
    return relative


def _note(found: list[BranchSpectra], stage: int, number: int, attention: CloAttention) -> _Hook:
    """Return a hook that records both branches as they enter their common projection."""

    def hook(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        maps = inputs[0]
        if maps.shape[-1] < _SMALLEST_MAP:
            return
        steps = maps.shape[-1] // 2
        local, pooled = maps[:, : attention.local_dim], maps[:, attention.local_dim :]
        found.append(
            BranchSpectra(
                stage=stage,
                block=number,
                frequency=tuple(step / steps for step in range(steps + 1)),
                local=tuple(log_amplitudes(local)),
                pooled=tuple(log_amplitudes(pooled)),
            )
        )

    return hook
