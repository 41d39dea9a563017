"""What is in an exported .aimodel."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch

from cloformer.export import Artifact, export
from cloformer.model import CloFormer, ParityError
from cloformer.runtimes import open_session
from cloformer.runtimes.bundle.checksum import sha256_of, size_of
from cloformer.runtimes.bundle.manifest import EmbeddedFacts
from tests.artifacts import FEW, ArtifactStore

asset_module = pytest.importorskip("coreai.authoring.asset", reason="Apple publishes Core AI for few systems")

LABELS = [f"thing {index}" for index in range(10)]


@pytest.fixture(scope="module")
def half(shallow: CloFormer, store: ArtifactStore) -> Artifact:
    return store.export(shallow, "coreai", image_size=(64, 96), labels=LABELS)


@pytest.fixture(scope="module")
def full(shallow: CloFormer, store: ArtifactStore) -> Artifact:
    return store.export(shallow, "coreai", precision="fp32", image_size=(64, 96))


def test_fp16_is_the_default_and_equal_to_the_reference(half: Artifact) -> None:
    assert half.path.name == "model_fp16.aimodel"
    assert half.report.parity.passed and half.report.parity.samples == len(FEW)
    assert half.facts.minimum_os == "iOS 27"
    assert set(half.facts.tools) == {"torch", "coreai-torch", "coreai-core", "coreai-opt"}


def test_the_report_names_who_stood_in_for_the_phone(half: Artifact) -> None:
    parity = half.report.parity
    assert parity.runtime is not None and parity.runtime.startswith("Core AI 1.0.0b3, ")
    assert parity.substitute is not None and "not the Core AI of a phone" in parity.substitute


def test_fp32_is_exact(full: Artifact) -> None:
    assert full.report.parity.passed and full.report.parity.max_abs is not None
    assert full.report.parity.max_abs < 3e-5


def test_apples_own_reader_finds_an_image_and_logits(half: Artifact) -> None:
    assert asset_module.AIModelAsset.is_valid(half.path)
    summary = asset_module.AIModelAsset.load(half.path).summary(include_statistics=False)
    assert summary.function_names == ["main"]
    assert summary.function_inputs("main") == [("image", "NDArray (Float32, 1 \u00d7 3 \u00d7 64 \u00d7 96)")]
    assert summary.function_outputs("main") == [("logits", "NDArray (Float32, 1 \u00d7 10)")]


def test_the_asset_carries_its_own_facts(half: Artifact) -> None:
    metadata = asset_module.AIModelAsset.load(half.path).metadata
    facts = EmbeddedFacts.model_validate_json(metadata.creator_defined_metadata["cloformer"])
    assert (facts.target, facts.precision, facts.labels) == ("coreai", "fp16", tuple(LABELS))
    assert open_session(half.path).facts == facts
    blocks = json.loads(metadata.creator_defined_metadata["cloformer.blocks"])
    assert list(blocks)[-5:] == ["patch_embed", *(f"layers.{stage}.blocks.0" for stage in range(4))]
    assert metadata.model_description == "CloFormer-xxs_shallow image classifier, 10 classes, fp16"


def test_half_precision_stores_half_the_bytes_and_sums_its_normalizations_in_float32(
    half: Artifact, full: Artifact
) -> None:
    assert size_of(half.path) / size_of(full.path) == pytest.approx(0.5, rel=0.02)
    program = str(asset_module.AIModelAsset.load(half.path).program)
    means = re.findall(r"coreai\.reduce_mean .*: \(tensor<(\S+)>", program)
    # A mean and a variance for each of four shapes, and the average over the last map, before the head.
    assert sorted(shape.rpartition("x")[2] for shape in means) == ["f16"] + ["f32"] * 8


def test_nothing_of_the_exporting_machine_is_in_it(half: Artifact) -> None:
    program = (half.path / "main.mlirb").read_bytes()
    for trace in (str(Path(__file__).parent.parent).encode(), b"site-packages", b".py"):
        assert trace not in program


def test_opening_the_asset_does_not_change_it(half: Artifact) -> None:
    open_session(half.path).close()
    assert sha256_of(half.path) == half.facts.sha256


@pytest.mark.usefixtures("compare_few")
def test_a_batch_of_images_that_the_caller_normalized(shallow: CloFormer, tmp_path: Path) -> None:
    made = export(shallow, "coreai", image_size=(32, 96), batch_size=4, input_kind="normalized", output=tmp_path)
    assert made.path.name == "model_fp16_batch4_normalized.aimodel"
    assert made.report.parity.passed


@pytest.mark.usefixtures("compare_few")
def test_a_fault_of_core_ai_itself_is_caught(shallow: CloFormer, tmp_path: Path) -> None:
    """At 32x32 the reference's first head attends to one token, and coreai-core 1.0.0b3 multiplies that wrong."""
    with pytest.raises(ParityError, match=r"the first output that diverges is that of layers\.0\.blocks\.0"):
        export(shallow, "coreai", precision="fp32", image_size=(32, 32), form="reference", output=tmp_path)


def test_the_model_that_was_given_keeps_its_precision(half: Artifact, shallow: CloFormer) -> None:
    assert half.facts.precision == "fp16"
    assert {parameter.dtype for parameter in shallow.parameters()} == {torch.float32}
