"""Training CloFormer-XXS on the digits with AdamW, a cosine schedule and strong augmentation.

Training never uses the held-out images.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..cloformer import CloFormer
from ..preprocessing import normalize, preprocess, preprocessing_for, upright_rgb
from ..variants import find_variant
from . import DEMO_IMAGE_SIZE, DEMO_LABELS, DEMO_VARIANT
from .augmentation import augment
from .digits import Split

_EVALUATED = 60
"""The batch size of the evaluation."""


@dataclass(frozen=True)
class Recipe:
    """Everything that determines the weights, except the machine's rounding."""

    epochs: int = 60
    batch_size: int = 64
    learning_rate: float = 1e-3
    warm_up_epochs: int = 4
    weight_decay: float = 0.05
    label_smoothing: float = 0.1
    seed: int = 0


@dataclass(frozen=True)
class Epoch:
    """One pass over the training split; ``loss`` is the mean loss of its batches."""

    number: int
    loss: float
    learning_rate: float


def images_of(split: Split) -> Tensor:
    """Return the preprocessed images of a split, of shape (N, 3, H, W) in [0, 1]."""
    contract = preprocessing_for(DEMO_IMAGE_SIZE, DEMO_IMAGE_SIZE)
    return torch.from_numpy(np.stack([preprocess(upright_rgb(image), contract) for image in split.images()]))


def new_model(recipe: Recipe) -> CloFormer:
    """Return the network with PyTorch's initial weights, drawn from the recipe's seed."""
    torch.manual_seed(recipe.seed)
    return CloFormer(find_variant(DEMO_VARIANT), len(DEMO_LABELS))


def train(model: CloFormer, split: Split, recipe: Recipe) -> Iterator[Epoch]:
    """Train ``model`` in place, on its own device; yield after every epoch."""
    device = next(model.parameters()).device
    generator = torch.Generator().manual_seed(recipe.seed)
    ink, targets = images_of(split)[:, :1], torch.from_numpy(split.targets)
    steps = len(ink) // recipe.batch_size
    optimizer = torch.optim.AdamW(_parameter_groups(model, recipe.weight_decay), recipe.learning_rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _warm_up_then_cosine(step / steps, recipe))
    for number in range(1, recipe.epochs + 1):
        model.train()
        rate = optimizer.param_groups[0]["lr"]
        losses = []
        order = torch.randperm(len(ink), generator=generator)
        for rows in order[: steps * recipe.batch_size].view(steps, recipe.batch_size):
            batch = _normalized(augment(ink[rows], generator)).to(device)
            with torch.autocast(device.type, torch.bfloat16, enabled=_has_fast_bfloat16(device)):
                logits = model(batch)
            loss = F.cross_entropy(logits.float(), targets[rows].to(device), label_smoothing=recipe.label_smoothing)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        yield Epoch(number, sum(losses) / len(losses), rate)


@torch.no_grad()
def accuracy(model: CloFormer, split: Split, device: torch.device) -> float:
    """Return the share of the split that ``model``, in evaluation mode and float32, classifies correctly."""
    images = _normalized(images_of(split))
    right = [
        int((model(batch.to(device)).argmax(1).cpu() == truth).sum())
        for batch, truth in _batches(images, torch.from_numpy(split.targets))
    ]
    return sum(right) / len(images)


def _batches(images: Tensor, targets: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    return zip(torch.split(images, _EVALUATED), torch.split(targets, _EVALUATED), strict=True)


def _normalized(images: Tensor) -> Tensor:
    contract = preprocessing_for(DEMO_IMAGE_SIZE, DEMO_IMAGE_SIZE)
    return torch.from_numpy(normalize(images.numpy(), contract))


def _parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Return the parameters in two groups, because norms and biases are not decayed."""
    decayed = [parameter for parameter in model.parameters() if parameter.dim() > 1]
    others = [parameter for parameter in model.parameters() if parameter.dim() <= 1]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]


def _warm_up_then_cosine(epoch: float, recipe: Recipe) -> float:
    if epoch < recipe.warm_up_epochs:
        return (epoch + 0.1) / (recipe.warm_up_epochs + 0.1)
    done = (epoch - recipe.warm_up_epochs) / (recipe.epochs - recipe.warm_up_epochs)
    return 0.5 * (1 + math.cos(math.pi * done)) + 1e-3


def _has_fast_bfloat16(device: torch.device) -> bool:
    """Return whether bfloat16 products are faster than float32 products: on GPUs, and on CPUs with AMX."""
    return device.type == "cuda" or torch.cpu._is_amx_tile_supported()
