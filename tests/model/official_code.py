"""What the official code's model holds and computes: the two files in tests/fixtures, and how they were made."""

from __future__ import annotations

import json
import math
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

PUBLISHED = ("xxs", "xs", "s")

_FIXTURES = Path(__file__).parent.parent / "fixtures"


def official_shapes(variant: str) -> dict[str, tuple[int, ...]]:
    """The official model's parameters and buffers, in its order."""
    shapes = json.loads((_FIXTURES / "official_state_dict.json").read_text("utf-8"))
    return {name: tuple(shape) for name, shape in shapes[variant].items()}


def official_logits(variant: str) -> Tensor:
    """What the official model makes of ``official_images`` with ``recipe_weights``, in float64, rounded to float32."""
    with np.load(_FIXTURES / "official_logits.npz") as logits:
        return torch.from_numpy(logits[variant])


def official_images() -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).standard_normal((2, 3, 224, 224)))


def recipe_weights(variant: str) -> dict[str, Tensor]:
    """Weights drawn from a generator that the parameter's name seeds; in float64."""
    return {name: _draw(name, shape) for name, shape in official_shapes(variant).items()}


def _draw(name: str, shape: tuple[int, ...]) -> Tensor:
    r = np.random.default_rng(zlib.crc32(name.encode()))
    if name.endswith("num_batches_tracked"):
        return torch.tensor(0)
    if name.endswith("running_var") or (name.endswith("weight") and len(shape) == 1):
        return torch.from_numpy(r.uniform(0.5, 1.5, shape))
    if name.endswith(("running_mean", "bias")):
        return torch.from_numpy(0.1 * r.standard_normal(shape))
    return torch.from_numpy(r.standard_normal(shape) / math.sqrt(math.prod(shape[1:])))
