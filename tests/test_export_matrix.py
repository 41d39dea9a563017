"""The main job end to end: every variant, precision and target through the command, on the real sizes.

20 artifacts; each is compared with the reference in its runtime, or in the named substitute.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import coremltools as ct
import jsonschema
import pytest

from cloformer.export import TARGETS
from cloformer.runtimes import open_bundle
from tests.schemas import SCHEMAS

EXPORT = "import sys; from cloformer.export.cli import main; sys.argv[0] = 'cloformer-export'; main()"
CORE_AI = {("xxs", "fp32"), ("xxs", "fp16")}
"""Where Core AI joins: its interpreter takes seconds an image. docs/parity-table.md has the others."""

SUBSTITUTED = ("coreml", "coreai")

PREDICT = "import sys; from cloformer.runtimes.predict_cli import main; sys.argv[0] = 'cloformer-predict'; main()"


def run(program: str, *arguments: str) -> dict[str, object]:
    """Run a command as a user does, in a process of its own, and return its JSON document."""
    command = [sys.executable, "-c", program, *arguments, "--json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    document: dict[str, object] = json.loads(done.stdout)
    return document


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
@pytest.mark.parametrize("variant", ["xxs", "xs", "s"])
def test_all_targets_are_equal_to_the_reference(variant: str, precision: str, tmp_path: Path) -> None:
    targets = [name for name in ("onnx", "coreml", "executorch") if precision in TARGETS[name].precisions]
    targets += ["coreai"] if (variant, precision) in CORE_AI else []
    command = ["--target", ",".join(targets), "--variant", variant, "--precision", precision]
    document = run(EXPORT, *command, "--output", str(tmp_path))
    artifacts = document["artifacts"]
    assert isinstance(artifacts, list) and [entry["target"] for entry in artifacts] == targets
    for entry in artifacts:
        parity = entry["parity"]
        assert parity["passed"] is True and parity["samples"] == 16
        assert (parity["substitute"] is None) == (entry["target"] not in SUBSTITUTED or sys.platform == "darwin")
        assert entry["peak_rss_mb"] < 4096
    bundle = open_bundle(Path(str(document["bundle"])))
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


def test_other_sizes_and_batches_through_the_command(tmp_path: Path) -> None:
    command = ["--target", "onnx,coreml,executorch", "--image-size", "256x320", "--batch-size", "4"]
    document = run(EXPORT, *command, "--output", str(tmp_path))
    artifacts = document["artifacts"]
    assert isinstance(artifacts, list) and len(artifacts) == 3
    assert all(entry["parity"]["passed"] for entry in artifacts)
    photograph = tmp_path / "photo.png"
    (Path(str(document["bundle"])) / "golden" / "00_astronaut.png").rename(photograph)
    for entry in artifacts:
        found = run(PREDICT, entry["path"], str(photograph), "--top", "3")
        (image,) = found["images"]  # type: ignore[misc]
        assert len(image["classes"]) == 3
