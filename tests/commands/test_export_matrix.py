"""The main job end to end, through the command: variants, precisions and targets, compared with the reference.

By default XXS in fp32 at 224x224, and each other variant and precision on one or two targets at 64x64, where the graph
is the same and the pixels are fewer. Nightly, everything at 224x224, Core AI among it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import coremltools as ct
import jsonschema
import pytest

from cloformer.export import TARGETS
from cloformer.export.request.registry import missing_packages
from cloformer.runtimes import open_bundle
from tests.commands.results import Run
from tests.schemas import SCHEMAS
from tests.targets import BASE

CORE_AI = [("xxs", "fp32"), ("xxs", "fp16")]
"""Where Core AI joins: its interpreter takes seconds an image. docs/parity-table.md has the others."""

SUBSTITUTED = ("coreml", "coreai")


def run_installed(command: str, *arguments: object) -> dict[str, Any]:
    """Run a console script as a user does, in a process of its own, and return its JSON document."""
    script = str(Path(sys.executable).with_name(command))
    done = subprocess.run([script, *map(str, arguments), "--json"], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def assert_equal_to_the_reference(artifacts: list[dict[str, Any]], *targets: str) -> None:
    """Each target's artifact is there and was compared on all sixteen images."""
    assert [entry["target"] for entry in artifacts] == list(targets)
    for entry in artifacts:
        parity = entry["parity"]
        assert parity["passed"] is True and parity["samples"] == 16
        assert (parity["substitute"] is None) == (entry["target"] not in SUBSTITUTED or sys.platform == "darwin")


@pytest.mark.parametrize(
    ("variant", "precision"),
    [
        pytest.param(variant, precision, marks=() if (variant, precision) == ("xxs", "fp32") else pytest.mark.nightly)
        for variant in ("xxs", "xs", "s")
        for precision in ("fp32", "fp16")
    ],
)
def test_all_targets_are_equal_to_the_reference(variant: str, precision: str, tmp_path: Path, photo: Path) -> None:
    targets = [name for name in BASE if precision in TARGETS[name].precisions]
    options = ("--target", ",".join(targets), "--variant", variant, "--precision", precision)
    document = run_installed("cloformer-export", *options, "--output", tmp_path / "out")
    artifacts = document["artifacts"]
    assert_equal_to_the_reference(artifacts, *targets)
    assert all(entry["peak_rss_mb"] < 4096 for entry in artifacts)
    bundle = open_bundle(Path(document["bundle"]))
    assert bundle.path.name == f"cloformer_{variant}_random_224x224"
    for artifact in bundle.manifest.artifacts:
        bundle.artifact_path(artifact)
    for name in ("manifest", "report"):
        schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
        jsonschema.validate(json.loads((bundle.path / f"{name}.json").read_text()), schema)
    package = bundle.path / f"model_{precision}.mlpackage"
    assert ct.models.MLModel(str(package), skip_model_load=True).get_spec().WhichOneof("Type") == "mlProgram"
    if precision == "fp32":
        xnnpack = next(entry for entry in artifacts if entry["target"] == "executorch")
        assert (xnnpack["delegation"]["partitions"], xnnpack["delegation"]["undelegated"]) == (1, {})
    (image,) = run_installed("cloformer-predict", bundle.path, photo, "--top=3")["images"]
    assert len(image["classes"]) == 3


@pytest.mark.parametrize(
    ("variant", "precision", "targets"),
    [("xxs", "fp16", ["coreml"]), ("xs", "fp16", ["onnx", "coreml"]), ("s", "fp32", ["onnx"])],
)
def test_other_variants_are_equal_to_the_reference(run: Run, variant: str, precision: str, targets: list[str]) -> None:
    options = ("--target", ",".join(targets), "--variant", variant, "--precision", precision, "--image-size", "64")
    result = run("cloformer-export", *options, "--json")
    assert result.code == 0, result.stderr
    assert_equal_to_the_reference(result.document["artifacts"], *targets)


@pytest.mark.nightly
@pytest.mark.parametrize(("variant", "precision"), CORE_AI)
def test_core_ai_is_equal_to_the_reference(variant: str, precision: str, tmp_path: Path) -> None:
    if missing_packages(TARGETS["coreai"]):
        pytest.skip("the extra coreai is not installed")
    options = ("--target", "coreai", "--variant", variant, "--precision", precision)
    document = run_installed("cloformer-export", *options, "--output", tmp_path)
    assert_equal_to_the_reference(document["artifacts"], "coreai")


@pytest.mark.nightly
def test_other_sizes_and_batches_through_the_command(tmp_path: Path) -> None:
    targets = BASE
    options = ("--target", ",".join(targets), "--image-size", "256x320", "--batch-size", "4")
    document = run_installed("cloformer-export", *options, "--output", tmp_path)
    assert_equal_to_the_reference(document["artifacts"], *targets)
    photograph = tmp_path / "photo.png"
    (Path(document["bundle"]) / "golden" / "00_astronaut.png").rename(photograph)
    for entry in document["artifacts"]:
        (image,) = run_installed("cloformer-predict", entry["path"], photograph, "--top", "3")["images"]
        assert len(image["classes"]) == 3
