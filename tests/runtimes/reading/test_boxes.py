from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cloformer.model.anchors import BoxCoding, anchor_boxes, level_lengths, retinanet_coding
from cloformer.runtimes.reading.boxes import Box, decode, overlaps, read_boxes
from tests.dense_vectors import dense_vectors

CODING = retinanet_coding()
SIZE = (64, 96)
ANCHORS = sum(level_lengths(CODING, *SIZE))


def nothing(classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Outputs in which no anchor holds anything."""
    return np.full((ANCHORS, classes), -9.0, dtype=np.float32), np.zeros((ANCHORS, 4), dtype=np.float32)


def test_nothing_is_found_where_no_anchor_is_sure() -> None:
    assert read_boxes(*nothing(), CODING, SIZE) == []


def test_an_anchor_that_is_not_moved_is_its_own_box() -> None:
    logits, deltas = nothing()
    inside = int(np.flatnonzero((anchor_boxes(CODING, *SIZE) > 0).all(axis=1))[0])
    logits[inside, 1] = 2.0
    (box,) = read_boxes(logits, deltas, CODING, SIZE)
    assert box.target == 1
    assert box.score == pytest.approx(1 / (1 + np.exp(-2.0)))
    np.testing.assert_allclose(box.corners, anchor_boxes(CODING, *SIZE)[inside], rtol=1e-5)


def test_of_two_boxes_of_one_class_the_surer_stays_and_other_classes_do_not_matter() -> None:
    logits, deltas = nothing()
    neighbors = [0, 1]  # of one cell: the second is a quarter larger
    logits[neighbors, 0] = [1.0, 2.0]
    logits[neighbors[0], 2] = 0.5
    assert [(box.target, round(box.score, 3)) for box in read_boxes(logits, deltas, CODING, SIZE)] == [
        (0, 0.881),
        (2, 0.622),
    ]


def test_sides_change_by_no_more_than_the_limit_and_boxes_stay_in_the_image() -> None:
    deltas = np.array([[0.0, 0.0, 50.0, -50.0]], dtype=np.float32)
    anchor = np.array([[40.0, 30.0, 48.0, 38.0]], dtype=np.float32)
    left, top, right, bottom = decode(deltas, anchor, CODING, SIZE)[0]
    assert (left, right) == (0, 96)
    assert bottom - top == pytest.approx(8 * 16 / 1000, rel=1e-3)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 0.9), st.integers(1, 4))
def test_decoding_and_suppression_are_torchvisions(seed: int, threshold: float, classes: int) -> None:
    ops = pytest.importorskip("torchvision.ops")
    utils = pytest.importorskip("torchvision.models.detection._utils")
    random = np.random.default_rng(seed)
    coding = retinanet_coding((16, 32)).model_copy(update={"iou_threshold": threshold, "candidates": 10**6})
    anchors = anchor_boxes(coding, *SIZE)
    logits = random.normal(-3, 2, (len(anchors), classes)).astype(np.float32)
    deltas = random.normal(0, 0.5, (len(anchors), 4)).astype(np.float32)
    found = read_boxes(logits, deltas, coding, SIZE)

    coder = utils.BoxCoder((1.0, 1.0, 1.0, 1.0), coding.largest_log_ratio)
    boxes = ops.clip_boxes_to_image(coder.decode_single(torch.from_numpy(deltas), torch.from_numpy(anchors)), SIZE)
    scores = torch.from_numpy(logits).sigmoid()
    rows, targets = torch.nonzero(scores > coding.score_threshold, as_tuple=True)
    kept = ops.batched_nms(boxes[rows], scores[rows, targets], targets, threshold)[: coding.most]
    assert [box.target for box in found] == targets[kept].tolist()
    np.testing.assert_allclose([box.corners for box in found], boxes[rows[kept]].numpy(), atol=1e-3)
    np.testing.assert_allclose([box.score for box in found], scores[rows[kept], targets[kept]].numpy(), rtol=1e-5)


def test_each_level_hands_on_its_best_alone() -> None:
    coding = retinanet_coding((8, 16)).model_copy(update={"candidates": 1, "iou_threshold": 1.0})
    logits = np.zeros((sum(level_lengths(coding, 64, 64)), 1), dtype=np.float32)
    logits[:5, 0] = [1, 2, 3, 4, 5]
    found = read_boxes(logits, np.zeros((len(logits), 4), dtype=np.float32), coding, (64, 64))
    assert [round(box.score, 3) for box in found] == [0.993, 0.5]


def test_overlaps() -> None:
    box = np.array([0, 0, 10, 10], dtype=np.float32)
    others = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30], [3, 3, 3, 3]], dtype=np.float32)
    np.testing.assert_allclose(overlaps(box, others), [1, 1 / 3, 0, 0])


def test_the_vectors_for_the_apps_have_hard_cases() -> None:
    """Empty, crowded beyond what is kept, equal scores; every expectation can be told from its neighbors."""
    cases = dense_vectors()["boxes"]
    counts = [len(case["expected"]) for case in cases]  # type: ignore[arg-type]
    assert min(counts) == 0
    assert max(counts) == CODING.most
    for case in cases:
        found = [Box(**box) for box in case["expected"]]  # type: ignore[attr-defined]
        coding = BoxCoding.model_validate(case["coding"])
        assert len(found) <= coding.most
        assert [box.score for box in found] == sorted((box.score for box in found), reverse=True)
