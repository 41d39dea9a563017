"""Suppression, against torchvision's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from coremltools.converters.mil import Builder as mb  # noqa: N813 - coremltools' own abbreviation
from hypothesis import given, settings
from hypothesis import strategies as st

from .mil_programs import run

torchvision_ops = pytest.importorskip("torchvision.ops")

MOST = 12


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.floats(0.1, 0.9))
def test_the_same_boxes_stay_as_in_torchvision(seed: int, by_class: bool, threshold: float) -> None:
    random = np.random.default_rng(seed)
    boxes = random.uniform(5, 20, (2, 4, 30)).astype(np.float32)
    scores = random.uniform(0, 1, (2, 3, 30)).astype(np.float32)
    found_boxes, found_scores, places = run(
        lambda boxes, scores: mb.non_maximum_suppression(
            boxes=boxes,
            scores=scores,
            iou_threshold=np.float32(threshold),
            max_boxes=MOST,
            per_class_suppression=by_class,
        ),
        boxes,
        scores,
    )
    for image in range(2):
        best, targets = torch.from_numpy(scores[image]).max(dim=0)
        corners = torchvision_ops.box_convert(torch.from_numpy(boxes[image].T), "cxcywh", "xyxy")
        groups = targets if by_class else torch.zeros_like(targets)
        expected = torchvision_ops.batched_nms(corners, best, groups, threshold)[:MOST].numpy()
        assert places[image].tolist() == [*expected, *[-1] * (MOST - len(expected))]
        np.testing.assert_array_equal(found_boxes[image, :, : len(expected)], boxes[image][:, expected])
        np.testing.assert_array_equal(found_scores[image, :, : len(expected)], scores[image][:, expected])
        assert not found_boxes[image, :, len(expected) :].any()
        assert not found_scores[image, :, len(expected) :].any()
