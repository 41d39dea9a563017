"""Decoding and suppression as part of an ML Program: ``--nms`` for Core ML.

The operators do what ``read_boxes`` in ``cloformer.runtimes.reading.boxes`` does, in its order and with its thresholds,
on one image.
Core ML's own ``NonMaximumSuppression`` model, in a pipeline after the network, cannot: it has one class for an anchor
and no limit for a level, and a pipeline has given other boxes than its two models in turn (issue 2445 of coremltools).
ML Programs have suppression as an operator, since iOS 17 in the form that is used here. A pair of an anchor and a class
goes into it as a box of its own, whose score for every other class is 0.
"""

from __future__ import annotations

from itertools import accumulate

import numpy as np
from coremltools.converters.mil import Builder as mb  # noqa: N813 - its documented name
from coremltools.converters.mil.mil import Program, Var
from coremltools.converters.mil.mil.passes.graph_pass import AbstractGraphPass
from coremltools.converters.mil.mil.passes.pass_pipeline import PassPipeline
from coremltools.converters.mil.mil.passes.pass_registry import register_pass
from coremltools.converters.mil.mil.scope import ScopeInfo, ScopeSource

from cloformer.model.anchors import BoxCoding, anchor_boxes, level_lengths
from cloformer.runtimes.reading.boxes import BOXES

_PASS = "cloformer::append_boxes"

_ORIGIN = (
    ScopeInfo(source=ScopeSource.EXIR_STACK_TRACE, data=[None]),
    ScopeInfo(source=ScopeSource.EXIR_DEBUG_HANDLE, data=[None]),
)
"""coremltools demands that every operator of a program from ``torch.export`` can say where it is from."""


@register_pass(namespace="cloformer")
class append_boxes(AbstractGraphPass):  # type: ignore[misc]  # noqa: N801 - the class name is the pass's name
    """Adds the output ``BOXES``, (``coding.most``, 6), to the program of a detector for one image.

    Rows are in the order of scores; where there are fewer objects, the rest are 0. (A Core ML program cannot return
    an array without rows.)
    """

    coding: BoxCoding | None = None
    size: tuple[int, int] | None = None

    def apply(self, prog: Program) -> None:
        """Append the operators to the main function."""
        assert self.coding is not None
        assert self.size is not None
        block = prog.functions["main"]
        logits, deltas = block.outputs
        with block, mb.scope(*_ORIGIN):
            boxes = read_boxes(logits, deltas, self.coding, self.size)
        block.set_outputs([logits, deltas, boxes])


def read_boxes_in_program(passes: PassPipeline, coding: BoxCoding, size: tuple[int, int]) -> None:
    """Let ``passes`` end with ``append_boxes``, for an input of ``size`` (height, width)."""
    passes.append_pass(_PASS)
    passes.set_options(_PASS, {"coding": coding, "size": size})


def read_boxes(logits: Var, deltas: Var, coding: BoxCoding, size: tuple[int, int]) -> Var:
    """Append operators that read (1, anchors, classes) and (1, anchors, 4) to the open block; return their output."""
    scores, anchors, targets = _candidates(logits, coding, size)
    corners = _decode(deltas, anchors, coding, size)
    return _suppress(corners, scores, targets, coding, logits.shape[-1])


def _candidates(logits: Var, coding: BoxCoding, size: tuple[int, int]) -> tuple[Var, Var, Var]:
    """Return the scores, the anchors and the classes of the best pairs of each level, (M,) each."""
    classes = logits.shape[-1]
    lengths = level_lengths(coding, *size)
    levels = mb.split(x=mb.sigmoid(x=logits), split_sizes=lengths, axis=1)
    scores, anchors, targets = [], [], []
    for level, length, end in zip(levels, lengths, accumulate(lengths), strict=True):
        k = min(coding.candidates, length * classes)
        best, places = mb.topk(x=mb.reshape(x=level, shape=[length * classes]), k=k, axis=0)
        cells = mb.floor_div(x=places, y=np.int32(classes))
        scores.append(best)
        anchors.append(mb.add(x=cells, y=np.int32(end - length)))
        targets.append(mb.sub(x=places, y=mb.mul(x=cells, y=np.int32(classes))))
    joined = [mb.concat(values=column, axis=0) for column in (scores, anchors, targets)]
    return joined[0], joined[1], joined[2]


def _decode(deltas: Var, anchors: Var, coding: BoxCoding, size: tuple[int, int]) -> Var:
    """Return the corners of the boxes at ``anchors``, within the image: (M, 4)."""
    height, width = size
    every = anchor_boxes(coding, height, width)
    sides = every[:, 2:] - every[:, :2]
    middles = (every[:, 2:] + every[:, :2]) / 2
    own_sides, own_middles = (mb.gather(x=table, indices=anchors, axis=0) for table in (sides, middles))
    own_deltas = mb.gather(x=mb.squeeze(x=deltas, axes=[0]), indices=anchors, axis=0)
    moves, scales = mb.split(x=own_deltas, num_splits=2, axis=1)
    centers = mb.add(x=own_middles, y=mb.mul(x=moves, y=own_sides))
    limit = np.float32(coding.largest_log_ratio)
    grown = mb.exp(x=mb.clip(x=scales, alpha=-limit, beta=limit))
    halves = mb.mul(x=mb.mul(x=own_sides, y=grown), y=np.float32(0.5))
    corners = mb.concat(values=[mb.sub(x=centers, y=halves), mb.add(x=centers, y=halves)], axis=1)
    limits = np.array([[width, height, width, height]], dtype=np.float32)
    return mb.minimum(x=mb.maximum(x=corners, y=np.float32(0)), y=limits)


def _suppress(corners: Var, scores: Var, targets: Var, coding: BoxCoding, classes: int) -> Var:
    """Return the boxes that stay, (most, 6)."""
    low, high = mb.split(x=corners, num_splits=2, axis=1)
    middles = mb.mul(x=mb.add(x=low, y=high), y=np.float32(0.5))
    around = mb.concat(values=[middles, mb.sub(x=high, y=low)], axis=1)
    own = mb.cast(x=mb.one_hot(indices=targets, one_hot_vector_size=classes), dtype="fp32")
    by_class = mb.mul(x=own, y=mb.expand_dims(x=scores, axes=[1]))
    _, best, places = mb.non_maximum_suppression(
        boxes=mb.transpose(x=mb.expand_dims(x=around, axes=[0]), perm=[0, 2, 1]),
        scores=mb.transpose(x=mb.expand_dims(x=by_class, axes=[0]), perm=[0, 2, 1]),
        iou_threshold=np.float32(coding.iou_threshold),
        max_boxes=coding.most,
        per_class_suppression=True,
    )
    score = mb.transpose(x=mb.reduce_max(x=best, axes=[1], keep_dims=False), perm=[1, 0])
    target = mb.transpose(x=mb.reduce_argmax(x=best, axis=1, keep_dims=False), perm=[1, 0])
    place = mb.squeeze(x=places, axes=[0])
    # The operator has no threshold for scores, and pads its places with -1.
    sure = mb.logical_and(
        x=mb.greater(x=mb.squeeze(x=score, axes=[1]), y=np.float32(coding.score_threshold)),
        y=mb.greater_equal(x=place, y=np.int32(0)),
    )
    chosen = mb.gather(x=corners, indices=mb.maximum(x=place, y=np.int32(0)), axis=0)
    rows = mb.concat(values=[chosen, score, mb.cast(x=target, dtype="fp32")], axis=1)
    return mb.mul(x=rows, y=mb.expand_dims(x=mb.cast(x=sure, dtype="fp32"), axes=[1]), name=BOXES)
