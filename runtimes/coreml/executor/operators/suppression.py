"""Choosing among boxes that overlap."""

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
    """The surest boxes of which none overlaps a surer one too much, as the operator of iOS 17 chooses them.

    Args:
        boxes: (N, 4, B): x and y of the center, width, height.
        scores: (N, K, B); the largest of a box is its own, and tells its class.
        iou_threshold: overlaps above it are too much.
        max_boxes: length of the results.
        per_class_suppression: whether boxes of different classes may overlap.

    Returns:
        Boxes (N, 4, max_boxes), scores (N, K, max_boxes) and places in ``boxes`` (N, max_boxes), the surest first. What
        is left holds 0, and the place -1.
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
