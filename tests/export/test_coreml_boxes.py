"""Boxes that an ML Program reads are those that Python reads from its other outputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloformer.export import CoreMLOptions, export
from cloformer.export.coreml_boxes import read_boxes as append_boxes
from cloformer.export.reference_run import Floats, reference_inputs
from cloformer.model import CloFormer, UsageError, preprocessing_for
from cloformer.model.anchors import BoxCoding, level_lengths, retinanet_coding
from cloformer.runtimes import open_bundle, open_session
from cloformer.runtimes.boxes import BOXES, Box, as_rows, read_boxes
from tests.conftest import shallow_network
from tests.dense_vectors import box_vectors
from tests.runtimes.coreml_executor.mil_programs import run

SIZE = (64, 96)


def read_in_program(logits: Floats, deltas: Floats, coding: BoxCoding, size: tuple[int, int]) -> Floats:
    (rows,) = run(lambda *given: append_boxes(*given, coding, size), logits[np.newaxis], deltas[np.newaxis])
    assert rows.shape == (coding.most, 6)
    found = int((rows[:, 4] > 0).sum())
    assert not rows[found:].any()
    filled: Floats = rows[:found]
    return filled


@pytest.mark.parametrize("case", box_vectors()[:-1], ids=["none", "few", "many", "crowd", "small"])
def test_the_program_reads_the_vectors_as_the_apps_must(case: dict[str, object]) -> None:
    coding = BoxCoding.model_validate(case["coding"])
    logits, deltas = (np.array(case[name], dtype=np.float32) for name in ("class_logits", "box_deltas"))
    height, width = case["size"]  # type: ignore[misc]
    expected = as_rows([Box(**box) for box in case["expected"]])  # type: ignore[attr-defined]
    np.testing.assert_allclose(read_in_program(logits, deltas, coding, (height, width)), expected, rtol=1e-5, atol=1e-4)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.floats(-6, 0))
def test_the_program_reads_what_python_reads(seed: int, classes: int, bias: float) -> None:
    random = np.random.default_rng(seed)
    coding = retinanet_coding().model_copy(update={"candidates": 300})
    anchors = sum(level_lengths(coding, *SIZE))
    logits = random.normal(bias, 2, (anchors, classes)).astype(np.float32)
    deltas = random.normal(0, 0.5, (anchors, 4)).astype(np.float32)
    expected = as_rows(read_boxes(logits, deltas, coding, SIZE))
    np.testing.assert_allclose(read_in_program(logits, deltas, coding, SIZE), expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("precision", ["fp16", "fp32"])
def test_an_exported_detector_gives_both(precision: str, tmp_path: Path) -> None:
    options = CoreMLOptions(nms=True)
    made = export(
        shallow_network("detection"), "coreml", precision=precision, image_size=SIZE, options=options, output=tmp_path
    )
    assert made.path.name == f"model_{precision}_nms.mlpackage"
    assert [output.kind for output in made.facts.outputs] == ["class_logits", "box_deltas", "boxes"]
    assert made.report.parity.passed
    image = reference_inputs(preprocessing_for(*SIZE, "detection"))[:1]
    with open_session(made.path) as session:
        outputs = session.run_all(image)
    coding = open_bundle(made.bundle).manifest.boxes
    assert coding is not None
    expected = as_rows(read_boxes(outputs["class_logits"][0], outputs["box_deltas"][0], coding, SIZE))
    assert len(expected) > 10
    np.testing.assert_allclose(outputs[BOXES][: len(expected)], expected, rtol=1e-5, atol=1e-3)
    assert not outputs[BOXES][len(expected) :].any()


def test_boxes_of_several_images_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one image"):
        export(shallow_network("detection"), "coreml", batch_size=2, options=CoreMLOptions(nms=True), output=tmp_path)


def test_an_older_ios_is_refused() -> None:
    with pytest.raises(UsageError, match="iOS 17"):
        CoreMLOptions(minimum_ios=16, nms=True)


def test_boxes_of_a_classifier_are_refused(shallow: CloFormer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="for detection"):
        export(shallow, "coreml", image_size=SIZE, options=CoreMLOptions(nms=True), output=tmp_path)
