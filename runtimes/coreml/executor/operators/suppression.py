"""Selecting among overlapping boxes."""

from __future__ import annotations

import torch
from torch import Tensor

from cloformer.runtimes.coreml.executor.arguments import flag, integer, number

from .signatures import Operator


def non_maximum_suppression(
    *,
    boxes: Tensor,
    scores: Tensor,
    iou_threshold: Tensor,
    max_boxes: Tensor,
    per_class_suppression: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the best boxes, dropping those that overlap a better one too much, as iOS 17's operator does.

    Args:
        boxes: the boxes (N, 4, B): x and y of the center, width, height.
        scores: the scores (N, K, B); the largest score of a box is used, and determines its class.
        iou_threshold: the overlap above which the box with the lower score is dropped.
        max_boxes: the length of the results.
        per_class_suppression: whether boxes of different classes may overlap.

    Returns:
        The boxes (N, 4, max_boxes), their scores (N, K, max_boxes) and their indices in ``boxes`` (N, max_boxes), by
        descending score. Unused entries are 0, and their indices -1.
    """
    most = integer(max_boxes)
    by_class = per_class_suppression is not None and flag(per_class_suppression)
    places = torch.full((len(boxes), most), -1, dtype=torch.int64)
    for own_boxes, own_scores, own_places in zip(boxes, scores, places, strict=True):
        best, targets = own_scores.max(dim=0)
        groups = targets if by_class else torch.zeros_like(targets)
        kept = _keep(own_boxes, best.argsort(descending=True, stable=True), groups, number(iou_threshold))[:most]
        own_places[: len(kept)] = torch.tensor(kept)
    taken, filled = places.clamp(min=0).unsqueeze(1), places.unsqueeze(1) >= 0
    return (
        boxes.gather(2, taken.expand(-1, 4, -1)) * filled,
        scores.gather(2, taken.expand(-1, scores.shape[1], -1)) * filled,
        places,
    )


def _keep(boxes: Tensor, order: Tensor, groups: Tensor, threshold: float) -> list[int]:
    low, high = boxes[:2] - boxes[2:] / 2, boxes[:2] + boxes[2:] / 2
    areas = boxes[2:].prod(dim=0)
    gone = torch.zeros_like(groups, dtype=torch.bool)
    kept = []
    for place in order.tolist():
        if gone[place]:
            continue
        kept.append(place)
        sides = torch.minimum(high, high[:, place, None]) - torch.maximum(low, low[:, place, None])
        shared = sides.clamp(min=0).prod(dim=0)
        overlap = shared / (areas + areas[place] - shared).clamp(min=1e-9)
        gone |= (overlap > threshold) & (groups == groups[place])
    return kept


OPERATORS: dict[str, Operator] = {"non_maximum_suppression": non_maximum_suppression}
