"""Decoding and suppression as part of an ONNX graph: ``--nms``, for apps that want boxes instead of maps.

The nodes do what ``read_boxes`` in ``cloformer.runtimes.reading.boxes`` does, in its order and with its thresholds, on
one image.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from cloformer.model.anchors import BoxCoding, anchor_boxes, level_lengths
from cloformer.runtimes.reading.boxes import BOXES, COLUMNS


class _Nodes:
    """Nodes and constants that are being added to a graph."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._numbers = count()

    def add(self, operator: str, inputs: Sequence[str], outputs: int = 1, **attributes: Any) -> list[str]:  # noqa: ANN401 - whatever an operator has
        """Append a node and return the names of its outputs."""
        names = [f"boxes_{operator}_{next(self._numbers)}" for _ in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, name=names[0], **attributes))
        return names

    def one(self, operator: str, *inputs: str, **attributes: Any) -> str:  # noqa: ANN401
        """Append a node with one output and return its name."""
        return self.add(operator, inputs, **attributes)[0]

    def constant(self, values: NDArray[np.generic] | list[int] | float) -> str:
        """Append a constant and return its name."""
        array = np.asarray(values)
        array = array.astype(np.float32 if array.dtype.kind == "f" else np.int64)
        name = f"boxes_constant_{next(self._numbers)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name


def append_boxes(graph: onnx.ModelProto, coding: BoxCoding, size: tuple[int, int]) -> None:
    """Add the output ``BOXES`` to ``graph``, a detector for one image of ``size`` (height, width)."""
    nodes = _Nodes()
    classes = graph.graph.output[0].type.tensor_type.shape.dim[2].dim_value
    corners = _decode(nodes, coding, size)
    scores = _candidates(nodes, coding, size, classes)
    by_class = nodes.one("Transpose", scores, perm=[0, 2, 1])
    limits = [
        nodes.constant([coding.most]),
        nodes.constant(coding.iou_threshold),
        nodes.constant(coding.score_threshold),
    ]
    chosen = nodes.one("NonMaxSuppression", corners, by_class, *limits)
    graph.graph.node.extend(_best(nodes, corners, by_class, chosen, coding))
    graph.graph.initializer.extend(nodes.constants)
    graph.graph.output.append(helper.make_tensor_value_info(BOXES, TensorProto.FLOAT, ["objects", COLUMNS]))


def _decode(nodes: _Nodes, coding: BoxCoding, size: tuple[int, int]) -> str:
    """Return the corners, (1, anchors, 4)."""
    anchors = anchor_boxes(coding, *size)
    sides = anchors[:, 2:] - anchors[:, :2]
    moves, scales = nodes.add("Split", ["box_deltas"], 2, axis=2, num_outputs=2)
    around = nodes.constant((anchors[:, 2:] + anchors[:, :2]) / 2)
    centers = nodes.one("Add", nodes.one("Mul", moves, nodes.constant(sides)), around)
    limit = coding.largest_log_ratio
    bounded = nodes.one("Clip", scales, nodes.constant(-limit), nodes.constant(limit))
    halves = nodes.one("Mul", nodes.one("Exp", bounded), nodes.constant(sides / 2))
    corners = nodes.one("Concat", nodes.one("Sub", centers, halves), nodes.one("Add", centers, halves), axis=2)
    height, width = size
    inside = nodes.one("Max", corners, nodes.constant(0.0))
    return nodes.one("Min", inside, nodes.constant(np.array([width, height, width, height], dtype=np.float32)))


def _candidates(nodes: _Nodes, coding: BoxCoding, size: tuple[int, int], classes: int) -> str:
    """Return the scores, (1, anchors, classes), with 0 for those that are not among the best of their level."""
    scores = nodes.one("Sigmoid", "class_logits")
    lengths = level_lengths(coding, *size)
    levels = nodes.add("Split", [scores, nodes.constant(lengths)], len(lengths), axis=1)
    kept = []
    for level, length in zip(levels, lengths, strict=True):
        if length * classes <= coding.candidates:
            kept.append(level)
            continue
        flat = nodes.one("Reshape", level, nodes.constant([-1]))
        values, places = nodes.add("TopK", [flat, nodes.constant([coding.candidates])], 2)
        nothing = nodes.constant(np.zeros(length * classes, dtype=np.float32))
        best = nodes.one("ScatterElements", nothing, places, values)
        kept.append(nodes.one("Reshape", best, nodes.constant([1, length, classes])))
    return nodes.one("Concat", *kept, axis=1)


def _best(nodes: _Nodes, corners: str, by_class: str, chosen: str, coding: BoxCoding) -> list[onnx.NodeProto]:
    """Sort what is ``chosen``, (M, 3) of image, class and anchor, over all classes; returns every node."""
    scores = nodes.one("GatherND", by_class, chosen)
    found = nodes.one("Shape", scores)
    number = nodes.one("Min", found, nodes.constant([coding.most]))
    sorted_scores, order = nodes.add("TopK", [scores, number], 2)
    rows = nodes.one("Gather", chosen, order, axis=0)
    _, targets, anchors = nodes.add("Split", [rows], 3, axis=1, num_outputs=3)
    flat = nodes.one("Squeeze", corners, nodes.constant([0]))
    boxes = nodes.one("GatherND", flat, anchors)
    column = nodes.one("Unsqueeze", sorted_scores, nodes.constant([1]))
    nodes.nodes.append(
        helper.make_node("Concat", [boxes, column, nodes.one("Cast", targets, to=TensorProto.FLOAT)], [BOXES], axis=1)
    )
    return nodes.nodes
