"""What is in an exported .mlpackage."""

from __future__ import annotations

import json
from pathlib import Path

import coremltools as ct
import numpy as np
import pytest

from cloformer.export import Artifact, export
from cloformer.export.parity.verdict import compare
from cloformer.export.targets.coreml import CoreMLOptions
from cloformer.model import CloFormer, preprocessing_for
from cloformer.runtimes import open_session
from cloformer.runtimes.bundle.checksum import sha256_of
from cloformer.runtimes.bundle.manifest import EmbeddedFacts
from cloformer.runtimes.coreml.executor import CoreMLProgram
from tests.artifacts import ArtifactStore, copy_of, run_few

SIZE = (64, 96)
LABELS = [f"thing {index}" for index in range(10)]


@pytest.fixture(scope="module")
def classifier(shallow: CloFormer, store: ArtifactStore, tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    """A copy: coremltools rewrites the manifest of a package that it opens."""
    options = CoreMLOptions(compute_units="cpu-ne")
    made = store.export(shallow, "coreml", image_size=SIZE, labels=LABELS, options=options)
    return copy_of(made, tmp_path_factory.mktemp("coreml"))


def test_coremltools_loads_it_back_as_an_image_classifier(classifier: Artifact) -> None:
    spec = ct.models.MLModel(str(classifier.path), skip_model_load=True).get_spec()
    assert spec.WhichOneof("Type") == "mlProgram"
    image = spec.description.input[0].type.imageType
    assert (spec.description.input[0].name, image.height, image.width) == ("image", 64, 96)
    outputs = {output.name: output.type.WhichOneof("Type") for output in spec.description.output}
    assert outputs == {
        "classLabel": "stringType",
        "classLabel_probs": "dictionaryType",
        "logits": "multiArrayType",
    }
    assert spec.description.predictedFeatureName == "classLabel"


def test_the_manifest_says_what_apps_must_know(classifier: Artifact) -> None:
    assert classifier.path.name == "model_fp16.mlpackage"
    assert (classifier.facts.minimum_os, classifier.facts.compute_units) == ("iOS 17", "cpu-ne")
    assert (classifier.facts.input.kind, classifier.facts.input.dtype) == ("image", "uint8")
    metadata = ct.models.MLModel(str(classifier.path), skip_model_load=True).user_defined_metadata
    assert EmbeddedFacts.model_validate_json(metadata["cloformer"]).labels == tuple(LABELS)
    assert list(json.loads(metadata["cloformer.blocks"])) == [
        "normalization",
        "patch_embed",
        *(f"layers.{stage}.blocks.0" for stage in range(4)),
    ]


def test_label_and_probabilities_belong_to_the_logits(classifier: Artifact, shallow: CloFormer) -> None:
    truth = run_few(shallow, preprocessing_for(*SIZE))
    pixels = np.rint(truth.images[0].transpose(1, 2, 0) * 255).astype(np.uint8)
    outputs = CoreMLProgram(classifier.path).run({"image": pixels})
    expected = np.exp(truth.logits[0] - truth.logits[0].max())
    expected /= expected.sum()
    probabilities = outputs["classLabel_probs"]
    assert isinstance(probabilities, dict)
    assert outputs["classLabel"] == LABELS[int(truth.logits[0].argmax())]
    assert [probabilities[label] for label in LABELS] == pytest.approx(expected, abs=2e-3)


def test_normalization_in_the_graph_is_exact_per_channel(shallow: CloFormer, store: ArtifactStore) -> None:
    artifact = store.export(shallow, "coreml", precision="fp32", image_size=SIZE)
    assert artifact.report.parity.passed and artifact.report.parity.max_abs is not None
    # One scale for all channels, as ImageType alone would have it, is off by several per cent.
    assert artifact.report.parity.max_abs < 1e-4


def test_opening_the_package_does_not_change_it(shallow: CloFormer, store: ArtifactStore, tmp_path: Path) -> None:
    artifact = copy_of(store.export(shallow, "coreml", precision="fp16", image_size=SIZE), tmp_path)
    ct.models.MLModel(str(artifact.path), skip_model_load=True)  # rewrites the package's own manifest
    assert sha256_of(artifact.path) == artifact.facts.sha256


@pytest.mark.usefixtures("compare_few")
def test_a_batch_is_a_tensor_of_float32(shallow: CloFormer, tmp_path: Path) -> None:
    artifact = export(shallow, "coreml", image_size=(64, 64), batch_size=4, output=tmp_path)
    spec = ct.models.MLModel(str(artifact.path), skip_model_load=True).get_spec()
    array = spec.description.input[0].type.multiArrayType
    assert list(array.shape) == [4, 3, 64, 64]
    assert array.dataType == ct.proto.FeatureTypes_pb2.ArrayFeatureType.FLOAT32
    truth = run_few(shallow, preprocessing_for(64, 64))
    assert compare(truth.logits[:4], open_session(artifact.path).run(truth.images[:4]), "fp16").passed


@pytest.mark.usefixtures("compare_few")
@pytest.mark.parametrize(("ios", "specification"), [(15, 6), pytest.param(16, 7, marks=pytest.mark.nightly), (18, 9)])
def test_minimum_ios_sets_the_specification_version(
    shallow: CloFormer, tmp_path: Path, ios: int, specification: int
) -> None:
    options = CoreMLOptions(minimum_ios=ios)
    artifact = export(shallow, "coreml", image_size=(32, 32), options=options, output=tmp_path)
    assert ct.models.MLModel(str(artifact.path), skip_model_load=True).get_spec().specificationVersion == specification
    assert artifact.report.parity.passed
