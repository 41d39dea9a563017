"""Comparing what dense outputs mean: boxes by overlap and score, masks by mean IoU.

The numbers themselves are judged in ``verdict``; this says whether a person would see a difference.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from cloformer.export.reference.run import Floats
from cloformer.export.report import BoxAgreement, ParityReport
from cloformer.model.anchors import BoxCoding, anchor_boxes
from cloformer.model.tasks import OutputKind
from cloformer.runtimes.reading.boxes import decode, find_candidates, move, overlaps, scores_of, suppress

from .verdict import compare

_SMALLEST_IOU = {"fp32": 0.99, "fp16": 0.9}
_LARGEST_SCORE_ERROR = {"fp32": 1e-3, "fp16": 0.02}
_LARGEST_LOG_RATIO = math.log(2)
_SMALLEST_MIOU = {"fp32": 0.99}
"""The smallest mean IoU by precision. In fp16, pixels whose first two classes nearly tie may fall either way; top-1 is
judged on the others. Whether 8 bits are good enough is measured with a task metric on trained weights."""


def compare_outputs(
    reference: Mapping[str, Floats],
    outputs: Mapping[str, Floats],
    precision: str,
    kinds: Mapping[str, OutputKind],
    coding: BoxCoding | None,
    size: tuple[int, int],
) -> ParityReport:
    """Judge every output by itself, and then the boxes or masks that they mean.

    Args:
        reference: the reference's outputs by name, each (N, ...).
        outputs: the artifact's outputs.
        precision: the artifact's precision.
        kinds: the kind of each output.
        coding: how boxes are read, for detectors.
        size: height and width of the input.
    """
    reports = [
        compare(reference[name], outputs[name], precision, kind).model_copy(update={"output": name})
        for name, kind in kinds.items()
    ]
    # The worst speaks for all: the first that fails, else the one that is furthest from the reference.
    worst = min(reports, key=lambda report: (report.passed is not False, report.cosine or 0.0))
    if worst.max_abs is None:
        return worst
    boxes = box_agreement(reference, outputs, coding, size) if coding else None
    maps = [name for name, kind in kinds.items() if kind == "class_map"]
    miou = mean_iou(reference[maps[0]].argmax(axis=1), outputs[maps[0]].argmax(axis=1)) if maps else None
    masks_agree = miou is None or miou >= _SMALLEST_MIOU.get(precision, 0.0)
    kept = worst.passed and masks_agree and _boxes_agree(boxes, precision)
    return worst.model_copy(update={"boxes": boxes, "mask_miou": miou, "passed": kept})


def _boxes_agree(boxes: BoxAgreement | None, precision: str) -> bool:
    return boxes is None or (
        boxes.smallest_iou >= _SMALLEST_IOU.get(precision, 0.0)
        and boxes.largest_score_error <= _LARGEST_SCORE_ERROR.get(precision, 1.0)
    )


def box_agreement(
    reference: Mapping[str, Floats], outputs: Mapping[str, Floats], coding: BoxCoding, size: tuple[int, int]
) -> BoxAgreement:
    """Compare every object that the reference finds with the artifact's box at the same anchor.

    Boxes are compared before they are clipped: of a large box that leaves the image only a sliver remains, and its
    overlap says nothing about the box. Only those count whose sides are a half to twice their anchor's: a trained
    anchor answers for objects that overlap it by half, and no others. Random deltas make boxes of a sixtieth too, and a
    center that is off by a hundredth of the anchor is then off by half of the box.
    """
    ious: list[float] = []
    errors: list[float] = []
    anchors = anchor_boxes(coding, *size)
    for image, logits in enumerate(reference["class_logits"]):
        found = find_candidates(logits, coding, size)
        deltas, rows = reference["box_deltas"][image], found.anchors
        answering = np.abs(deltas[rows, 2:]).max(axis=1) <= _LARGEST_LOG_RATIO
        corners = decode(deltas[rows], anchors[rows], coding, size)
        kept = [row for row in suppress(corners, found.targets, coding) if answering[row]]
        rows = rows[kept]
        expected = move(deltas[rows], anchors[rows], coding)
        given = move(outputs["box_deltas"][image][rows], anchors[rows], coding)
        ious += [float(overlaps(a, b[np.newaxis])[0]) for a, b in zip(expected, given, strict=True)]
        scores = scores_of(outputs["class_logits"][image][rows, found.targets[kept]])
        errors += np.abs(scores - found.scores[kept]).tolist()
    return BoxAgreement(
        boxes=len(ious), smallest_iou=min(ious, default=1.0), largest_score_error=max(errors, default=0.0)
    )


def mean_iou(expected: np.ndarray, found: np.ndarray) -> float:
    """Return the mean, over the classes of ``expected``, of the intersection over union of the pixels of each class."""
    ious = []
    for target in np.unique(expected):
        a, b = expected == target, found == target
        ious.append(float((a & b).sum() / (a | b).sum()))
    return float(np.mean(ious))
