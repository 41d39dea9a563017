"""What a bundle holds, how artifacts join it, and that the same export gives the same bytes."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import torch
from PIL import Image

from cloformer.export import Artifact, export
from cloformer.export.bundle.golden import GOLDEN_FOLDER
from cloformer.export.reference.images import GOLDEN_NAMES
from cloformer.model import CloFormer, InputFileError, UsageError, preprocess
from cloformer.model.preprocessing import upright_rgb
from cloformer.runtimes import open_bundle, open_session
from cloformer.runtimes.bundle.checksum import sha256_of
from tests.artifacts import ArtifactStore, copy_of, few_images
from tests.schemas import SCHEMAS

SIZE = (64, 96)


@pytest.fixture(scope="module")
def artifact(shallow: CloFormer, tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    return export(shallow, "onnx", image_size=SIZE, output=tmp_path_factory.mktemp("bundle"))


def files_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_folder_is_named_after_the_model_and_holds_nothing_else(artifact: Artifact) -> None:
    assert artifact.bundle.name == "cloformer_xxs_shallow_random_64x96"
    names = {path.name for path in artifact.bundle.iterdir()}
    assert names == {"golden", "labels.txt", "manifest.json", "model_fp32.onnx", "report.json"}
    assert [path.name for path in artifact.bundle.parent.iterdir()] == [artifact.bundle.name]


def test_weights_that_the_caller_changed_are_named_by_their_content(shallow: CloFormer, tmp_path: Path) -> None:
    trained = copy.deepcopy(shallow)
    with torch.no_grad():
        trained.head.bias += 1
    made = export(trained, "onnx", image_size=(32, 32), output=tmp_path, parity=False)
    assert made.report.parity.not_run == "switched off with --no-parity"
    weights = open_bundle(made.bundle).manifest.model.weights
    assert weights.source == "module"
    assert made.bundle.name == f"cloformer_xxs_shallow_weights-{weights.sha256[:8]}_32x32"


@pytest.mark.parametrize("name", ["manifest", "report"])
def test_manifest_and_report_follow_their_published_schemas(artifact: Artifact, name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    document = json.loads((artifact.bundle / f"{name}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)


def test_golden_inputs_are_the_golden_images_preprocessed(artifact: Artifact) -> None:
    bundle = open_bundle(artifact.bundle)
    inputs, outputs = bundle.golden()
    assert (inputs.shape, outputs["logits"].shape) == ((8, 3, *SIZE), (8, 10))
    for row, image in zip(inputs, bundle.manifest.golden.images, strict=True):
        source = upright_rgb(Image.open(bundle.path / image.file))
        np.testing.assert_array_equal(preprocess(source, bundle.manifest.preprocessing), row)


def test_an_app_can_replay_the_golden_vectors_with_the_files_alone(artifact: Artifact) -> None:
    manifest = json.loads((artifact.bundle / "manifest.json").read_text())
    golden = manifest["golden"]
    raw = (artifact.bundle / golden["inputs"]["file"]).read_bytes()
    inputs = np.frombuffer(raw, dtype="<f4").reshape(golden["inputs"]["shape"])
    raw = (artifact.bundle / golden["outputs"]["logits"]["file"]).read_bytes()
    outputs = np.frombuffer(raw, dtype="<f4").reshape(golden["outputs"]["logits"]["shape"])
    session = open_session(artifact.path)
    found = np.concatenate([session.run(row[np.newaxis]) for row in inputs])
    np.testing.assert_allclose(found, outputs, atol=1e-4 * max(1, np.abs(outputs).max()))


def test_golden_has_photographs_and_digits(artifact: Artifact) -> None:
    files = sorted(path.name for path in (artifact.bundle / GOLDEN_FOLDER).glob("*.png"))
    assert files == [f"{index:02}_{name}.png" for index, name in enumerate(GOLDEN_NAMES)]
    assert sum("digit" in name for name in files) == 3


@pytest.mark.parametrize(("target", "precision"), [("onnx", "fp32"), ("coreml", "fp16"), ("executorch", "fp32")])
def test_two_exports_are_the_same_bytes(
    shallow: CloFormer, store: ArtifactStore, tmp_path: Path, target: str, precision: str
) -> None:
    first = store.export(shallow, target, precision=precision, image_size=SIZE)
    with few_images():
        second = export(shallow, target, precision=precision, image_size=SIZE, output=tmp_path)
    one, other = files_of(first.bundle), files_of(second.bundle)
    differing = {name for name in one if other[name] != one[name]} | (one.keys() ^ other.keys())
    # The report holds seconds and memory. coremltools numbers a program's constants in the order of a Python set, so
    # their names differ from run to run, and with them the hash in the manifest; their values do not.
    allowed = {"report.json"}
    if target == "coreml":
        allowed |= {"manifest.json", "model_fp16.mlpackage/Data/com.apple.CoreML/model.mlmodel"}
    assert differing <= allowed


def test_another_precision_joins_and_replaces_only_its_own_files(
    shallow: CloFormer, artifact: Artifact, tmp_path: Path
) -> None:
    first = copy_of(artifact, tmp_path)
    before = files_of(first.bundle)
    second = export(shallow, "coreml", image_size=SIZE, output=tmp_path)
    assert second.bundle == first.bundle
    after = files_of(first.bundle)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"manifest.json", "report.json"}
    bundle = open_bundle(first.bundle)
    assert [entry.file for entry in bundle.manifest.artifacts] == ["model_fp16.mlpackage", "model_fp32.onnx"]
    for entry in bundle.manifest.artifacts:
        assert sha256_of(bundle.artifact_path(entry)) == entry.sha256


def test_other_weights_or_labels_do_not_join(shallow: CloFormer, artifact: Artifact) -> None:
    labels = [f"other {index}" for index in range(10)]
    with pytest.raises(UsageError, match="other labels"):
        export(shallow, "onnx", image_size=SIZE, labels=labels, output=artifact.bundle.parent)


@pytest.mark.parametrize("damage", ["labels.txt", "golden/inputs.f32", "model_fp32.onnx"])
def test_a_changed_file_is_not_used(artifact: Artifact, tmp_path: Path, damage: str) -> None:
    copied = copy_of(artifact, tmp_path)
    path = copied.bundle / damage
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(InputFileError, match="sha256 differs"):
        bundle = open_bundle(copied.bundle)
        bundle.golden()
        bundle.artifact_path(bundle.manifest.artifacts[0])
