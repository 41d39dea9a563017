"""Augmentation that makes digits look as a camera might see them: rotated, shifted, thin or thick, colored, noisy.

All random values are drawn separately for each image of a batch, from one seeded generator.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

_TURN = math.radians(15)
_SHEAR = 0.2
_ZOOM = (0.65, 1.15)
_SHIFT = 0.15
"""The maximum shift, as a fraction of half the image's side."""

_INK_THRESHOLD = (0.3, 0.65)
"""The range of ink levels at which a blurred stroke is cut off: low makes it thick, high makes it thin."""
_EDGE_SHARPNESS = (6.0, 30.0)
_LEAST_CONTRAST = 0.35
_MOST_NOISE = 0.08


def augment(ink: Tensor, generator: torch.Generator) -> Tensor:
    """Turn ink (N, 1, H, W) in [0, 1] into augmented images (N, 3, H, W) in [0, 1]."""
    return _noise(_color(_thickness(_affine(ink, generator), generator), generator), generator)


def _uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return torch.empty(count, 1, 1, 1).uniform_(low, high, generator=generator)


def _some(count: int, share: float, generator: torch.Generator) -> Tensor:
    return _uniform(count, 0.0, 1.0, generator) < share


def _affine(ink: Tensor, generator: torch.Generator) -> Tensor:
    count = len(ink)
    turn = _uniform(count, -_TURN, _TURN, generator).flatten()
    shear = _uniform(count, -_SHEAR, _SHEAR, generator).flatten()
    zoom = _uniform(count, *_ZOOM, generator).flatten()
    cos, sin = torch.cos(turn) / zoom, torch.sin(turn) / zoom
    shift = torch.empty(count, 2).uniform_(-_SHIFT, _SHIFT, generator=generator)
    rows = torch.stack((cos, shear * cos - sin, shift[:, 0], sin, shear * sin + cos, shift[:, 1]), dim=1)
    grid = F.affine_grid(rows.view(count, 2, 3), list(ink.shape), align_corners=False)
    return F.grid_sample(ink, grid, align_corners=False)


def _thickness(ink: Tensor, generator: torch.Generator) -> Tensor:
    """Redraw the strokes of half of the images: thinner or thicker, softer or sharper."""
    count = len(ink)
    threshold = _uniform(count, *_INK_THRESHOLD, generator)
    sharpness = _uniform(count, *_EDGE_SHARPNESS, generator)
    return torch.where(_some(count, 0.5, generator), torch.sigmoid((ink - threshold) * sharpness), ink)


def _color(ink: Tensor, generator: torch.Generator) -> Tensor:
    """Color half of the images, each channel separately, on dark or light paper; the others stay white on black."""
    count = len(ink)
    gray = _uniform(count, 0.0, 1.0 - _LEAST_CONTRAST, generator)
    tint = torch.empty(count, 3, 1, 1).uniform_(-0.1, 0.1, generator=generator)
    reach = _uniform(count, _LEAST_CONTRAST, 1.0, generator)
    paper = (gray + tint).clamp(0.0, 1.0)
    pen = (gray + reach).clamp(max=1.0)
    colored = paper + ink * (pen - paper)
    inverted = torch.where(_some(count, 0.5, generator), 1.0 - colored, colored)
    return torch.where(_some(count, 0.5, generator), ink.expand(-1, 3, -1, -1), inverted)


def _noise(images: Tensor, generator: torch.Generator) -> Tensor:
    strength = _uniform(len(images), 0.0, _MOST_NOISE, generator)
    noise = torch.empty_like(images).normal_(generator=generator)
    return (images + strength * noise).clamp(0.0, 1.0)
