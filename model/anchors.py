"""RetinaNet's boxes (Lin et al., arXiv 1708.02002): anchors, and how deltas move them, both as in mmdetection."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from .tasks import TaskName

Floats = NDArray[np.float32]

_BASE_SCALE = 4
_OCTAVES = tuple(2 ** (third / 3) for third in range(3))
_RATIOS = (0.5, 1.0, 2.0)
"""The aspect ratios of the anchors: height divided by width."""

ANCHORS_PER_CELL = len(_OCTAVES) * len(_RATIOS)

STRIDES = (8, 16, 32, 64, 128)

LARGEST_LOG_RATIO = math.log(1000 / 16)
"""The largest change of an anchor's size by a delta, as the logarithm of the scale factor; as in mmdetection."""


class AnchorLevel(BaseModel):
    """The anchors of one level of the feature pyramid.

    Attributes:
        stride: the distance between cells in pixels; the anchors of cell (x, y) are centered at (x, y) times this.
        sizes: the width and height of each anchor of a cell, in pixels.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    stride: int
    sizes: tuple[tuple[float, float], ...]


class BoxCoding(BaseModel):
    """The rules for decoding boxes from ``class_logits`` and ``box_deltas``; apps read them from the manifest.

    Anchors are ordered by level, within a level row by row, and within a cell in the order of ``sizes``. Deltas
    (dx, dy, dw, dh) move an anchor's center by dx times its width and dy times its height and scale its sides by
    exp(dw) and exp(dh), both clipped to +-``largest_log_ratio``; the box is then clipped to the image.

    Attributes:
        largest_log_ratio: the bound on the absolute values of dw and dh.
        score_threshold: the score (sigmoid of a class logit) that an anchor must exceed to become a candidate.
        candidates: the maximum number of candidates per level; those with the highest scores are kept.
        iou_threshold: the overlap above which the lower-scoring of two boxes of the same class is dropped.
        most: the maximum number of boxes to keep.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    levels: tuple[AnchorLevel, ...]
    largest_log_ratio: float = LARGEST_LOG_RATIO
    score_threshold: float = 0.05
    candidates: int = 1000
    iou_threshold: float = 0.5
    most: int = 100


def retinanet_coding(strides: Sequence[int] = STRIDES) -> BoxCoding:
    """Return RetinaNet's box coding: on each level, three octaves and three ratios of anchors of four strides."""
    return BoxCoding(levels=tuple(AnchorLevel(stride=stride, sizes=_sizes(stride)) for stride in strides))


def coding_for(task: TaskName) -> BoxCoding | None:
    """Return how the boxes of a network for ``task`` are decoded, or None if the task has no boxes."""
    return retinanet_coding() if task == "detection" else None


def _sizes(stride: int) -> tuple[tuple[float, float], ...]:
    sides = [_BASE_SCALE * octave * stride for octave in _OCTAVES]
    return tuple((side / math.sqrt(ratio), side * math.sqrt(ratio)) for ratio in _RATIOS for side in sides)


def anchor_boxes(coding: BoxCoding, height: int, width: int) -> Floats:
    """Return every anchor of an image as x1, y1, x2, y2 in pixels, of shape (anchors, 4)."""
    levels = [_level_boxes(level, height, width) for level in coding.levels]
    return np.concatenate(levels).astype(np.float32)


def level_lengths(coding: BoxCoding, height: int, width: int) -> list[int]:
    """Return the number of anchors of each level in an image."""
    return [
        math.ceil(height / level.stride) * math.ceil(width / level.stride) * len(level.sizes) for level in coding.levels
    ]


def _level_boxes(level: AnchorLevel, height: int, width: int) -> NDArray[np.float64]:
    y, x = np.meshgrid(
        np.arange(math.ceil(height / level.stride)), np.arange(math.ceil(width / level.stride)), indexing="ij"
    )
    centers = np.stack([x, y], axis=-1).reshape(-1, 1, 2) * float(level.stride)
    halves = np.array(level.sizes).reshape(1, -1, 2) / 2
    return np.concatenate([centers - halves, centers + halves], axis=-1).reshape(-1, 4)
