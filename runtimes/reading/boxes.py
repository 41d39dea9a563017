"""Boxes from a detector's outputs: scores, decoding and suppression, identical in Python, Kotlin and Swift.

These steps stay outside the graph, so that an app can choose its own thresholds and coordinates are never quantized to
8 bits. An ONNX or Core ML file can include them as well (``--nms``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from cloformer.model.anchors import BoxCoding, anchor_boxes, level_lengths

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

BOXES = "boxes"
"""The output name of a graph that decodes boxes itself: one row per object, the highest score first."""

COLUMNS = 6
"""The number of columns of that output: x1, y1, x2, y2 in pixels, score, class."""


@dataclass(frozen=True)
class Box:
    """One detected object.

    Attributes:
        corners: the corners x1, y1, x2, y2 in pixels of the network's input.
        score: the score, from 0 to 1.
        target: the index of the object's class.
    """

    corners: tuple[float, float, float, float]
    score: float
    target: int


@dataclass(frozen=True)
class Candidates:
    """Anchors that may contain an object, one row each.

    Attributes:
        anchors: the indices of the anchors.
        targets: the indices of the classes.
        scores: the scores from 0 to 1, in descending order.
    """

    anchors: Numbers
    targets: Numbers
    scores: Floats


def read_boxes(class_logits: Floats, box_deltas: Floats, coding: BoxCoding, size: tuple[int, int]) -> list[Box]:
    """Return the objects of one image, in descending order of score.

    Args:
        class_logits: the class logits (anchors, classes).
        box_deltas: the box deltas (anchors, 4).
        coding: the box coding from the manifest.
        size: the height and width of the network's input.
    """
    found = find_candidates(class_logits, coding, size)
    corners = decode(box_deltas[found.anchors], anchor_boxes(coding, *size)[found.anchors], coding, size)
    kept = suppress(corners, found.targets, coding)
    return [
        Box(tuple(corners[row].tolist()), float(found.scores[row]), int(found.targets[row]))
        for row in kept[: coding.most]
    ]


def as_rows(boxes: Sequence[Box]) -> Floats:
    """Return boxes in the format of a graph that decodes them itself: (M, ``COLUMNS``)."""
    rows = [(*box.corners, box.score, box.target) for box in boxes]
    return np.array(rows, dtype=np.float32).reshape(-1, COLUMNS)


def find_candidates(class_logits: Floats, coding: BoxCoding, size: tuple[int, int]) -> Candidates:
    """Return pairs of an anchor and a class above the threshold: the best of each level, equal scores in order."""
    scores = scores_of(class_logits)
    lengths = level_lengths(coding, *size)
    found = [
        _best_of_level(scores[end - length : end], end - length, coding)
        for end, length in zip(accumulate(lengths), lengths, strict=True)
    ]
    anchors, targets, values = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(-values, kind="stable")
    return Candidates(anchors[order], targets[order], values[order])


def scores_of(logits: Floats) -> Floats:
    """Return the scores of ``logits``: their sigmoid, in float32."""
    scores: Floats = (1 / (1 + np.exp(-logits))).astype(np.float32)
    return scores


def _best_of_level(scores: Floats, first: int, coding: BoxCoding) -> tuple[Numbers, Numbers, Floats]:
    anchors, targets = np.nonzero(scores > coding.score_threshold)
    values = scores[anchors, targets]
    best = np.argsort(-values, kind="stable")[: coding.candidates]
    return anchors[best] + first, targets[best], values[best]


def decode(deltas: Floats, anchors: Floats, coding: BoxCoding, size: tuple[int, int]) -> Floats:
    """Move ``anchors`` (M, 4) by ``deltas`` (M, 4) and return corners, clipped to the image."""
    height, width = size
    limits = np.array([width, height, width, height], dtype=np.float32)
    clipped: Floats = np.clip(move(deltas, anchors, coding), 0, limits).astype(np.float32)
    return clipped


def move(deltas: Floats, anchors: Floats, coding: BoxCoding) -> Floats:
    """Move ``anchors`` (M, 4) by ``deltas`` (M, 4) and return corners, which may lie outside the image."""
    sides = anchors[:, 2:] - anchors[:, :2]
    centers = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * sides
    limit = coding.largest_log_ratio
    halves = sides * np.exp(np.clip(deltas[:, 2:], -limit, limit)) / 2
    return np.concatenate([centers - halves, centers + halves], axis=1)


def suppress(corners: Floats, targets: Numbers, coding: BoxCoding) -> list[int]:
    """Return the rows to keep, where none overlaps a better one of its class too much; rows are sorted by score."""
    kept: list[int] = []
    for row in range(len(corners)):
        rivals = [other for other in kept if targets[other] == targets[row]]
        if not rivals or overlaps(corners[row], corners[rivals]).max() <= coding.iou_threshold:
            kept.append(row)
            if len(kept) == coding.most:
                break
    return kept


def overlaps(box: Floats, others: Floats) -> Floats:
    """Return the intersection over union of one box (4,) with ``others`` (M, 4)."""
    shared = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    intersection = np.prod(np.maximum(shared, 0), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    union = float(np.prod(box[2:] - box[:2])) + areas - intersection
    return np.asarray(intersection / np.maximum(union, np.float32(1e-9)), dtype=np.float32)
