"""What the data sets judge by: mean IoU of masks, and average precision of boxes (COCO's, over its ten overlaps)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cloformer.runtimes.reading.boxes import Box, overlaps

from .shapes import CLASSES, Scene

_OVERLAPS = np.arange(0.5, 1.0, 0.05)
_RECALLS = np.linspace(0, 1, 101)


def mean_iou(scenes: Sequence[Scene], masks: Sequence[NDArray[np.int64]]) -> float:
    """Return the mean over the classes, background included, in percent; masks may be smaller than the pictures."""
    stride = len(scenes[0].mask) // len(masks[0])
    expected = np.stack([scene.mask[stride // 2 :: stride, stride // 2 :: stride] for scene in scenes])
    found = np.stack(masks)
    ious = [
        ((expected == target) & (found == target)).sum() / ((expected == target) | (found == target)).sum()
        for target in range(len(CLASSES) + 1)
    ]
    return 100 * float(np.mean(ious))


def average_precision(scenes: Sequence[Scene], found: Sequence[Sequence[Box]]) -> float:
    """Return the mean over classes and overlaps, in percent."""
    values = [_precision(scenes, found, target, overlap) for target in range(len(CLASSES)) for overlap in _OVERLAPS]
    return 100 * float(np.mean(values))


def _precision(scenes: Sequence[Scene], found: Sequence[Sequence[Box]], target: int, overlap: float) -> float:
    ranked = sorted(
        ((box, image) for image, boxes in enumerate(found) for box in boxes if box.target == target),
        key=lambda pair: -pair[0].score,
    )
    taken: list[set[int]] = [set() for _ in scenes]
    right: list[bool] = []
    for box, image in ranked:
        scene = scenes[image]
        ious = overlaps(np.array(box.corners, dtype=np.float32), scene.boxes)
        free = [i for i in range(len(ious)) if scene.targets[i] == target and i not in taken[image]]
        best = max(free, key=lambda i: float(ious[i]), default=None)
        hit = best is not None and ious[best] >= overlap
        right.append(hit)
        if best is not None and hit:
            taken[image].add(best)
    total = sum(int((scene.targets == target).sum()) for scene in scenes)
    hits = np.cumsum(right)
    recall = hits / total
    precision = hits / np.arange(1, len(right) + 1)
    best_after = np.maximum.accumulate(precision[::-1])[::-1] if right else precision
    places = np.searchsorted(recall, _RECALLS)
    return float(np.mean([best_after[place] if place < len(best_after) else 0.0 for place in places]))
