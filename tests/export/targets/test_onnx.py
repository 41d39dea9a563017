"""What is in an exported .onnx file, and the forms that its options give it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto

from cloformer.export import Artifact
from cloformer.export.parity.verdict import compare
from cloformer.export.targets.onnx import OnnxOptions
from cloformer.model import CloFormer, preprocessing_for
from cloformer.runtimes import open_session
from cloformer.runtimes.bundle.manifest import EmbeddedFacts
from tests.artifacts import ArtifactStore, run_few


@pytest.fixture(scope="module")
def dynamic(shallow: CloFormer, store: ArtifactStore) -> Artifact:
    options = OnnxOptions(dynamic_batch=True, ort_format=True)
    return store.export(shallow, "onnx", image_size=(64, 96), options=options)


def test_opset_producer_and_metadata_are_recorded(dynamic: Artifact) -> None:
    graph = onnx.load(dynamic.path)
    onnx.checker.check_model(graph, full_check=True)
    assert [(opset.domain, opset.version) for opset in graph.opset_import] == [("", 20)]
    assert (graph.producer_name, graph.producer_version) == ("cloformer", "0.1.0")
    properties = {entry.key: entry.value for entry in graph.metadata_props}
    facts = EmbeddedFacts.model_validate_json(properties["cloformer"])
    assert facts.model.variant == "xxs_shallow"
    assert facts.input.shape == (None, 3, 64, 96)
    assert len(facts.labels) == 10
    assert list(json.loads(properties["cloformer.blocks"])) == [
        "normalization",
        "patch_embed",
        *(f"layers.{stage}.blocks.0" for stage in range(4)),
    ]


def test_every_value_has_a_shape_and_no_path_of_the_exporting_machine(dynamic: Artifact) -> None:
    graph = onnx.load(dynamic.path)
    produced = {name for node in graph.graph.node for name in node.output}
    described = {value.name for value in (*graph.graph.value_info, *graph.graph.output)}
    assert produced <= described
    assert str(Path(__file__).parent).encode() not in dynamic.path.read_bytes()
    assert b"stack_trace" not in dynamic.path.read_bytes()


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_a_dynamic_batch_takes_any_size(dynamic: Artifact, shallow: CloFormer, batch: int) -> None:
    truth = run_few(shallow, preprocessing_for(64, 96))
    outputs = open_session(dynamic.path).run(truth.images[:batch])
    report = compare(truth.logits[:batch], outputs, "fp32")
    assert report.max_abs is not None and report.bounds is not None
    assert report.max_abs <= report.bounds.max_abs


def test_ort_format_comes_with_its_operator_list(dynamic: Artifact, shallow: CloFormer) -> None:
    ort = dynamic.path.with_suffix(".ort")
    operators = dynamic.path.with_suffix(".required_operators_and_types.config").read_text()
    assert "ai.onnx;20;" in operators and "Gelu" in operators
    truth = run_few(shallow, preprocessing_for(64, 96))
    assert compare(truth.logits, open_session(ort).run(truth.images), "fp32").passed


def test_fp16_keeps_float32_at_its_ends_and_in_its_normalizations(shallow: CloFormer, store: ArtifactStore) -> None:
    artifact = store.export(shallow, "onnx", precision="fp16", image_size=(64, 64))
    graph = onnx.load(artifact.path).graph
    assert graph.input[0].type.tensor_type.elem_type == TensorProto.FLOAT
    assert graph.output[0].type.tensor_type.elem_type == TensorProto.FLOAT
    weights = {value.data_type for value in graph.initializer if np.prod(value.dims) > 1000}
    assert weights == {TensorProto.FLOAT16}
    types = {value.name: value.type.tensor_type.elem_type for value in graph.value_info}
    norms = [node for node in graph.node if node.op_type == "InstanceNormalization"]
    assert len(norms) == 10  # the stem's, two in each of four blocks, the last
    assert {types[node.input[0]] for node in norms} == {TensorProto.FLOAT}


def test_normalized_input_leaves_the_normalization_to_the_caller(shallow: CloFormer, store: ArtifactStore) -> None:
    artifact = store.export(shallow, "onnx", image_size=(64, 64), batch_size=4, input_kind="normalized")
    assert artifact.path.name == "model_fp32_batch4_normalized.onnx"
    assert artifact.facts.input.value_range is None and not artifact.facts.input.normalization_in_graph
    truth = run_few(shallow, preprocessing_for(64, 64))
    session = onnxruntime.InferenceSession(artifact.path, providers=["CPUExecutionProvider"])
    outputs = session.run(None, {"image": truth.normalized[:4]})[0]
    np.testing.assert_allclose(outputs, truth.logits[:4], atol=1e-4 * np.abs(truth.logits).max())
