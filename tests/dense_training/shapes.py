"""Discs, squares and triangles on noise, with their masks and their boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIDE = 64
CLASSES = ("disc", "square", "triangle")
BACKGROUND = len(CLASSES)

_COLORS = np.array([[0.85, 0.25, 0.2], [0.2, 0.8, 0.3], [0.25, 0.35, 0.9]], dtype=np.float32)


@dataclass(frozen=True)
class Scene:
    """One picture.

    Attributes:
        pixels: (3, SIDE, SIDE) in [0, 1].
        mask: (SIDE, SIDE), the class of each pixel; BACKGROUND elsewhere.
        boxes: (M, 4), x1, y1, x2, y2 in pixels.
        targets: (M,), the class of each box.
    """

    pixels: NDArray[np.float32]
    mask: NDArray[np.int64]
    boxes: NDArray[np.float32]
    targets: NDArray[np.int64]


def draw_scenes(count: int, seed: int) -> list[Scene]:
    """Draw pictures with one shape in each of one to three quarters, so that none hides another."""
    random = np.random.default_rng(seed)
    return [_draw(random) for _ in range(count)]


def _draw(random: np.random.Generator) -> Scene:
    slope = np.linspace(0, random.uniform(-0.3, 0.3), SIDE, dtype=np.float32)
    pixels = (random.uniform(0.2, 0.8) + slope + 0.06 * random.standard_normal((3, SIDE, SIDE))).astype(np.float32)
    mask = np.full((SIDE, SIDE), BACKGROUND)
    boxes, targets = [], []
    for quarter in random.permutation(4)[: random.integers(1, 4)]:
        target = int(random.integers(len(CLASSES)))
        half = random.uniform(9, 15)
        y, x = (SIDE / 2 * part + random.uniform(half, SIDE / 2 - half) for part in divmod(int(quarter), 2))
        inside = _inside(target, x, y, half)
        color = _COLORS[target] + random.uniform(-0.1, 0.1, 3).astype(np.float32)
        pixels[:, inside] = color[:, None] + 0.03 * random.standard_normal((3, int(inside.sum()))).astype(np.float32)
        mask[inside] = target
        boxes.append((x - half, y - half, x + half, y + half))
        targets.append(target)
    return Scene(pixels.clip(0, 1), mask, np.array(boxes, dtype=np.float32), np.array(targets))


def _inside(target: int, x: float, y: float, half: float) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    dx, dy = np.abs(columns - x), rows - y
    match CLASSES[target]:
        case "disc":
            return dx**2 + dy**2 <= half**2
        case "square":
            return np.maximum(dx, np.abs(dy)) <= half
        case _:
            return (np.abs(dy) <= half) & (dx <= (dy + half) / 2)
