"""Boxes that a graph reads, in ONNX or as an ML Program, are those that Python reads from its other outputs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from cloformer.export import export
from cloformer.export.reference.run import Floats, reference_inputs
from cloformer.export.target_options import TargetOptions
from cloformer.export.targets.coreml import CoreMLOptions
from cloformer.export.targets.coreml.boxes import read_boxes as append_to_program
from cloformer.export.targets.onnx import OnnxOptions
from cloformer.export.targets.onnx.boxes import append_boxes
from cloformer.model import CloFormer, UsageError, preprocessing_for
from cloformer.model.anchors import BoxCoding, level_lengths, retinanet_coding
from cloformer.runtimes import open_bundle, open_session
from cloformer.runtimes.reading.boxes import BOXES, Box, as_rows, read_boxes
from tests.artifacts import ArtifactStore
from tests.dense_vectors import box_vectors
from tests.networks import shallow_network
from tests.runtimes.coreml.executor.mil_programs import run

SIZE = (64, 96)
SUFFIXES = {"onnx": ".onnx", "coreml": ".mlpackage"}
OPTIONS: dict[str, TargetOptions] = {"onnx": OnnxOptions(nms=True), "coreml": CoreMLOptions(nms=True)}


def detector(anchors: int, classes: int) -> onnx.ModelProto:
    """A graph that hands on what it is given."""
    shapes = {"class_logits": [1, anchors, classes], "box_deltas": [1, anchors, 4]}
    graph = helper.make_graph(
        [helper.make_node("Identity", [f"given_{name}"], [name]) for name in shapes],
        "detector",
        [helper.make_tensor_value_info(f"given_{name}", TensorProto.FLOAT, shape) for name, shape in shapes.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def read_in_onnx(logits: Floats, deltas: Floats, coding: BoxCoding, size: tuple[int, int]) -> Floats:
    model = detector(*logits.shape)
    append_boxes(model, coding, size)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    inputs = {"given_class_logits": logits[np.newaxis], "given_box_deltas": deltas[np.newaxis]}
    rows: Floats = session.run([BOXES], inputs)[0]
    return rows


def read_in_program(logits: Floats, deltas: Floats, coding: BoxCoding, size: tuple[int, int]) -> Floats:
    (rows,) = run(lambda *given: append_to_program(*given, coding, size), logits[np.newaxis], deltas[np.newaxis])
    assert rows.shape == (coding.most, 6)
    found = int((rows[:, 4] > 0).sum())
    assert not rows[found:].any()
    filled: Floats = rows[:found]
    return filled


READERS: dict[str, Callable[[Floats, Floats, BoxCoding, tuple[int, int]], Floats]] = {
    "onnx": read_in_onnx,
    "coreml": read_in_program,
}


@pytest.mark.parametrize("target", READERS)
@pytest.mark.parametrize("case", box_vectors()[:-1], ids=["none", "few", "many", "crowd", "small"])
def test_a_graph_reads_the_vectors_as_the_apps_must(case: dict[str, object], target: str) -> None:
    coding = BoxCoding.model_validate(case["coding"])
    logits, deltas = (np.array(case[name], dtype=np.float32) for name in ("class_logits", "box_deltas"))
    height, width = case["size"]  # type: ignore[misc]
    expected = as_rows([Box(**box) for box in case["expected"]])  # type: ignore[attr-defined]
    found = READERS[target](logits, deltas, coding, (height, width))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("target", READERS)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), classes=st.integers(1, 4), bias=st.floats(-6, 0))
def test_a_graph_reads_what_python_reads(target: str, seed: int, classes: int, bias: float) -> None:
    random = np.random.default_rng(seed)
    coding = retinanet_coding().model_copy(update={"candidates": 300})
    anchors = sum(level_lengths(coding, *SIZE))
    logits = random.normal(bias, 2, (anchors, classes)).astype(np.float32)
    deltas = random.normal(0, 0.5, (anchors, 4)).astype(np.float32)
    expected = as_rows(read_boxes(logits, deltas, coding, SIZE))
    np.testing.assert_allclose(READERS[target](logits, deltas, coding, SIZE), expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize(
    ("target", "precision"),
    [("onnx", "fp32"), ("coreml", "fp16"), pytest.param("coreml", "fp32", marks=pytest.mark.nightly)],
)
def test_an_exported_detector_gives_both(target: str, precision: str, store: ArtifactStore) -> None:
    detector, options = shallow_network("detection"), OPTIONS[target]
    made = store.export(detector, target, precision=precision, image_size=SIZE, options=options)
    assert made.path.name == f"model_{precision}_nms{SUFFIXES[target]}"
    assert [output.kind for output in made.facts.outputs] == ["class_logits", "box_deltas", "boxes"]
    assert made.report.parity.passed
    image = reference_inputs(preprocessing_for(*SIZE, "detection"))[:1]
    with open_session(made.path) as session:
        outputs = session.run_all(image)
    coding = open_bundle(made.bundle).manifest.boxes
    assert coding is not None
    expected = as_rows(read_boxes(outputs["class_logits"][0], outputs["box_deltas"][0], coding, SIZE))
    assert len(expected) > 10
    assert len(outputs[BOXES]) == (len(expected) if target == "onnx" else coding.most)
    np.testing.assert_allclose(outputs[BOXES][: len(expected)], expected, rtol=1e-5, atol=1e-3)
    assert not outputs[BOXES][len(expected) :].any()


@pytest.mark.parametrize("target", OPTIONS)
def test_boxes_of_several_images_are_refused(target: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one image"):
        export(shallow_network("detection"), target, batch_size=2, options=OPTIONS[target], output=tmp_path)


@pytest.mark.parametrize("target", OPTIONS)
def test_boxes_of_a_classifier_are_refused(target: str, shallow: CloFormer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="for detection"):
        export(shallow, target, image_size=SIZE, options=OPTIONS[target], output=tmp_path)


def test_an_older_ios_is_refused() -> None:
    with pytest.raises(UsageError, match="iOS 17"):
        CoreMLOptions(minimum_ios=16, nms=True)
