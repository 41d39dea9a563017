"""Outputs of made-up networks, and what Python, Kotlin and Swift must read from them and say of their equality.

``python -m tests.dense_vectors FILE`` writes one JSON document; nothing of it is committed: the Python code is the
truth, and a change of it changes the vectors. It has three lists.

``boxes``, each with ``size`` (height, width), ``coding`` (as the manifest's ``boxes``), ``class_logits`` (anchors x
classes), ``box_deltas`` (anchors x 4) and ``expected``: list of ``{corners, score, target}``, in order.
``masks``, each with ``class_map`` (classes x H x W) and ``expected`` (H x W).
``parity``, each with ``kind`` of output, ``precision``, ``shape``, ``reference`` and ``outputs`` (flat), and the
numbers and the verdict of ``compare`` in ``cloformer.export.parity.verdict``: ``decided``, ``max_abs``, ``cosine``,
``psnr_db``, ``top1_agreement``, ``sensitivity``, ``passed``.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from cloformer.export.parity.verdict import bounds_for, compare
from cloformer.model.anchors import BoxCoding, level_lengths, retinanet_coding
from cloformer.model.tasks import OutputKind
from cloformer.runtimes.reading.boxes import read_boxes
from cloformer.runtimes.reading.masks import read_mask

Case = dict[str, object]

SHAPES: dict[OutputKind, tuple[int, ...]] = {
    "logits": (6, 200),
    "feature_map": (2, 6, 5, 7),
    "class_map": (2, 9, 5, 7),
    "class_logits": (2, 40, 9),
    "box_deltas": (2, 40, 4),
}

PRECISIONS = ("fp32", "fp16", "a16w8", "int8", "w8", "w6", "w4")

ERRORS = (0.0, 0.1, 0.5, 0.9, 1.1, 2.0, 10.0)
"""Root mean square of the error, in units of what the bounds allow."""


def box_vectors() -> list[Case]:
    """Return detectors' outputs: nothing found, few objects, crowds, equal scores, more than are kept."""
    random = np.random.default_rng(0)
    plain = retinanet_coding()
    small = retinanet_coding((8, 16)).model_copy(update={"candidates": 20, "most": 7, "iou_threshold": 0.3})
    cases: list[Case] = []
    for coding, size, classes, bias in (
        (plain, (64, 96), 3, -14.0),
        (plain, (64, 96), 3, -8.5),
        (plain, (64, 96), 3, -5.0),
        (plain, (96, 64), 2, -3.0),
        (small, (64, 64), 4, -1.0),
    ):
        anchors = sum(level_lengths(coding, *size))
        logits = (bias + 2 * random.standard_normal((anchors, classes))).astype(np.float32)
        deltas = random.standard_normal((anchors, 4)).astype(np.float32)
        deltas[::7] *= 4  # beyond what the sides may change by, and beyond the image
        cases.append(_box_case(logits, deltas, coding, size))
    equal = np.round(logits)  # many candidates with the same score
    cases.append(_box_case(equal, deltas, small, (64, 64)))
    return cases


def _box_case(logits: np.ndarray, deltas: np.ndarray, coding: BoxCoding, size: tuple[int, int]) -> Case:
    return {
        "size": size,
        "coding": coding.model_dump(mode="json"),
        "class_logits": logits.tolist(),
        "box_deltas": deltas.tolist(),
        "expected": [asdict(box) for box in read_boxes(logits, deltas, coding, size)],
    }


def mask_vectors() -> list[Case]:
    """Return segmenters' outputs: random maps, and one where classes are equal (the first counts)."""
    random = np.random.default_rng(1)
    maps = [random.standard_normal((classes, 5, 7)).astype(np.float32) for classes in (1, 2, 150)]
    maps.append(np.zeros((3, 2, 2), dtype=np.float32))
    return [{"class_map": each.tolist(), "expected": read_mask(each).tolist()} for each in maps]


def parity_vectors() -> list[Case]:
    """Return comparisons of every kind of output in every precision, within the bounds and beyond."""
    random = np.random.default_rng(2)
    return [
        _parity_case(kind, precision, error, random) for kind in SHAPES for precision in PRECISIONS for error in ERRORS
    ]


def _parity_case(kind: OutputKind, precision: str, error: float, random: np.random.Generator) -> Case:
    reference = (10 * random.standard_normal(SHAPES[kind])).astype(np.float32)
    if kind == "logits":  # each image is sure of another class, but the first one of neither of two
        images, classes = reference.shape
        reference[range(images), random.permutation(classes)[:images]] += 60
        reference[0, :2] = [99, np.nextafter(np.float32(99), np.float32(100))]
    allowed = bounds_for(precision, reference).max_abs
    outputs = reference + (error * allowed * random.standard_normal(reference.shape)).astype(np.float32)
    found = compare(reference, outputs, precision, kind)
    numbers = {"decided", "max_abs", "cosine", "psnr_db", "top1_agreement", "sensitivity", "passed"}
    return {
        "kind": kind,
        "precision": precision,
        "shape": reference.shape,
        "reference": reference.flatten().tolist(),
        "outputs": outputs.flatten().tolist(),
        **found.model_dump(include=numbers),
    }


def dense_vectors() -> dict[str, list[Case]]:
    """Return the whole document."""
    return {"boxes": box_vectors(), "masks": mask_vectors(), "parity": parity_vectors()}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(dense_vectors()) + "\n", "utf-8")
