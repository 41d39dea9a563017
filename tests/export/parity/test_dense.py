from __future__ import annotations

import numpy as np
import pytest

from cloformer.export.parity.dense import box_agreement, compare_outputs, mean_iou
from cloformer.export.reference.run import Floats
from cloformer.export.report import ParityReport
from cloformer.model.anchors import level_lengths, retinanet_coding
from cloformer.model.tasks import OutputKind

SIZE = (64, 64)
CODING = retinanet_coding()
KINDS: dict[str, OutputKind] = {"class_logits": "class_logits", "box_deltas": "box_deltas"}


def detector(seed: int = 0, images: int = 2) -> dict[str, Floats]:
    """Outputs of a made-up detector that finds some dozens of objects in each image."""
    random = np.random.default_rng(seed)
    anchors = sum(level_lengths(CODING, *SIZE))
    logits = random.normal(-5, 1.5, (images, anchors, 3)).astype(np.float32)
    return {"class_logits": logits, "box_deltas": random.normal(0, 0.3, (images, anchors, 4)).astype(np.float32)}


def judged(reference: dict[str, Floats], outputs: dict[str, Floats], precision: str) -> ParityReport:
    return compare_outputs(reference, outputs, precision, KINDS, CODING, SIZE)


def test_a_detector_agrees_with_itself() -> None:
    report = judged(detector(), detector(), "fp32")
    assert report.passed
    assert report.boxes is not None and report.boxes.boxes > 20
    assert (report.boxes.smallest_iou, report.boxes.largest_score_error) == (1.0, 0.0)


@pytest.mark.parametrize(("name", "offset"), [("class_logits", 0.3), ("box_deltas", 0.3)])
def test_an_output_that_is_off_fails_and_is_named(name: str, offset: float) -> None:
    outputs = detector()
    outputs[name] = outputs[name] + np.float32(offset)
    report = judged(detector(), outputs, "fp32")
    assert report.passed is False
    assert report.output == name


def test_boxes_that_moved_fail_though_their_numbers_are_near() -> None:
    """Deltas of 100 on anchors that hold nothing hide, from a noise bound, what happens to those that do."""
    reference = detector()
    reference["class_logits"][:, :50] = -20
    reference["box_deltas"][:, :50] = 100
    outputs = {name: values.copy() for name, values in reference.items()}
    outputs["box_deltas"][:, 50:] += np.float32(0.25)
    report = judged(reference, outputs, "fp16")
    assert report.psnr_db is not None and report.psnr_db > 40
    assert report.boxes is not None and report.boxes.smallest_iou < 0.9
    assert report.passed is False


def test_boxes_that_leave_the_image_are_compared_whole() -> None:
    """A hundredth of an anchor's width further out: of a sliver that may be all, of a box of half of it a fiftieth."""
    reference = detector()
    reference["box_deltas"][..., 0] = 3
    outputs = {**reference, "box_deltas": reference["box_deltas"] + np.float32([0.01, 0, 0, 0])}
    found = box_agreement(reference, outputs, CODING, SIZE)
    assert found.boxes > 0
    assert found.smallest_iou > 0.95


def test_boxes_that_no_trained_anchor_answers_for_do_not_count() -> None:
    reference = detector()
    reference["box_deltas"][..., 3] = -3
    assert box_agreement(reference, reference, CODING, SIZE).boxes == 0


def test_mean_iou_is_over_the_classes_that_should_be_there() -> None:
    expected = np.array([[0, 0], [2, 2]])
    assert mean_iou(expected, expected) == 1
    assert mean_iou(expected, np.array([[0, 0], [2, 1]])) == pytest.approx((1 + 1 / 2) / 2)


def test_masks_that_differ_fail() -> None:
    random = np.random.default_rng(0)
    reference = {"class_map": random.normal(0, 1, (2, 5, 8, 8)).astype(np.float32)}
    same = compare_outputs(reference, reference, "fp32", {"class_map": "class_map"}, None, (32, 32))
    assert (same.passed, same.mask_miou) == (True, 1.0)
    swapped = {"class_map": reference["class_map"][:, [1, 0, 2, 3, 4]]}
    other = compare_outputs(reference, swapped, "int8", {"class_map": "class_map"}, None, (32, 32))
    assert other.passed is False
    assert other.mask_miou is not None and other.mask_miou < 0.7


def test_outputs_that_are_not_finite_fail() -> None:
    outputs = detector()
    outputs["box_deltas"][0, 0, 0] = np.nan
    report = judged(detector(), outputs, "int8")
    assert (report.passed, report.output, report.max_abs) == (False, "box_deltas", None)


def test_a_mask_that_agrees_nowhere_fails_though_no_pixel_is_decided() -> None:
    first = np.zeros((2, 3, 8, 8), dtype=np.float32)
    first[:, 2] = np.float32([-5, -6]).reshape(2, 1, 1)
    second = first.copy()
    first[:, 0], second[:, 1] = 1e-6, 1e-6
    kinds: dict[str, OutputKind] = {"class_map": "class_map"}
    report = compare_outputs({"class_map": first}, {"class_map": second}, "fp32", kinds, None, (32, 32))
    assert (report.decided, report.mask_miou, report.passed) == (0, 0.0, False)
