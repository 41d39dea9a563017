"""What is in an exported .qnn.onnx file, and what is said of a damaged one."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import onnx
import pytest

from cloformer.export import Artifact
from cloformer.export.targets.qnn import QnnOptions
from cloformer.model import CloFormer, InputFileError, UsageError
from cloformer.runtimes import open_bundle, open_session
from tests.artifacts import ArtifactStore

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("onnxruntime_qnn") is None, reason="the extra qnn is not installed"),
]


@pytest.fixture(scope="module")
def artifact(shallow: CloFormer, store: ArtifactStore) -> Artifact:
    """The shallow network for the HTP of the Snapdragon 8 Gen 3."""
    return store.export(shallow, "qnn", image_size=(64, 96))


def test_the_htp_takes_the_whole_network(artifact: Artifact) -> None:
    delegation, parity = artifact.report.delegation, artifact.report.parity
    assert delegation is not None and delegation.partitions == 1
    assert delegation.undelegated == {"DequantizeLinear": 1, "QuantizeLinear": 1}
    assert parity.passed and parity.cosine is not None and parity.cosine >= 0.9995
    assert parity.substitute is not None and "simulator" in parity.substitute


def test_the_manifest_names_the_soc_and_the_architecture(artifact: Artifact) -> None:
    (facts,) = open_bundle(artifact.bundle).manifest.artifacts
    assert (facts.file, facts.soc, facts.backend) == ("model_a16w8_sm8650.qnn.onnx", "sm8650", "htp-v75")
    assert facts.form == "htp-quantized"


def test_the_file_carries_its_own_facts_and_runs_again(artifact: Artifact) -> None:
    with open_session(artifact.path) as session:
        assert session.facts is not None
        assert (session.facts.precision, session.facts.input.shape) == ("a16w8", (1, 3, 64, 96))
        assert session.describe().runtime == "Qualcomm QNN"


@pytest.mark.parametrize("damage", ["truncated", "no compiled graph", "garbage"])
def test_a_damaged_file_is_refused(artifact: Artifact, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "model.qnn.onnx"
    content = artifact.path.read_bytes()
    if damage == "no compiled graph":
        model = onnx.load(artifact.path)
        kept = [node for node in model.graph.node if node.op_type != "EPContext"]
        del model.graph.node[:]
        model.graph.node.extend(kept)
        content = model.SerializeToString()
    path.write_bytes({"truncated": content[: len(content) // 2], "garbage": b"garbage"}.get(damage, content))
    with pytest.raises(InputFileError) as refused:
        open_session(path)
    assert refused.value.exit_code == 4


def test_an_unknown_soc_is_refused_with_near_names() -> None:
    with pytest.raises(UsageError) as refused:
        QnnOptions(soc="sm8651")
    assert "sm8650" in refused.value.remedy
