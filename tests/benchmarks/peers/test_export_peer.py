"""Peers as artifacts: they compute what PyTorch computes, and a failed conversion does not stop the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from cloformer.benchmarks.host.peer_folder import read_peer
from cloformer.benchmarks.peers import make
from cloformer.benchmarks.peers.export_peer import PeerArtifact, PeerOrder, artifact_name, convert_peer
from cloformer.benchmarks.peers.make import make_peers
from cloformer.benchmarks.peers.networks import find_peer
from cloformer.benchmarks.records.parts import MeasuredArtifact, MeasuredModel
from cloformer.model import ConversionError, normalize, preprocessing_for
from cloformer.runtimes import open_session
from cloformer.runtimes.bundle.checksum import sha256_of
from tests.targets import FOR_CPUS

SIDE = 32


def small() -> nn.Module:
    torch.manual_seed(0)
    layers = (nn.Conv2d(3, 8, 3, 2), nn.BatchNorm2d(8), nn.Hardswish(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(*layers, nn.Linear(8, 5)).eval()


@pytest.mark.parametrize("target", FOR_CPUS)
def test_an_artifact_normalizes_and_computes_what_the_network_does(target: str, tmp_path: Path) -> None:
    network = small()
    path = tmp_path / artifact_name(target, "fp32")
    delegation = convert_peer(network, SIDE, target, "fp32", path)
    image = np.random.default_rng(0).random((1, 3, SIDE, SIDE), dtype=np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(normalize(image, preprocessing_for(SIDE, SIDE)))).numpy()
    np.testing.assert_allclose(open_session(path).run(image), expected, atol=1e-5)
    if target == "executorch":
        assert delegation
        assert delegation.partitions == 1
        assert delegation.operators["xnnpack"] > 0


@pytest.mark.parametrize("target", FOR_CPUS)
def test_eight_bits_compute_nearly_the_same_in_integers(target: str, tmp_path: Path) -> None:
    network = small()
    path = tmp_path / artifact_name(target, "int8")
    convert_peer(network, SIDE, target, "int8", path)
    image = np.random.default_rng(0).random((1, 3, SIDE, SIDE), dtype=np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(normalize(image, preprocessing_for(SIDE, SIDE)))).numpy()
    logits = open_session(path).run(image)
    assert 0 < np.abs(logits - expected).max() < 0.1 * np.abs(expected).max()
    if target == "onnx":
        operators = [node.op_type for node in onnx.load(path).graph.node]
        assert operators.count("QuantizeLinear") >= 2
        assert "BatchNormalization" not in operators


class Sorts(nn.Module):
    """A network that no exporter can trace, because its control flow depends on values."""

    def forward(self, image: Tensor) -> Tensor:
        return image.flatten(1) if image.sum() > 0 else image.mean((2, 3))


@pytest.mark.parametrize("target", FOR_CPUS)
def test_a_network_that_cannot_be_converted_is_an_error_in_a_line(target: str, tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="cannot export this network in fp32: ") as raised:
        convert_peer(Sorts(), SIDE, target, "fp32", tmp_path / "model")
    assert raised.value.problem.isprintable()


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The exports in order; a double makes them at once, and fails for MobileOne in ExecuTorch."""
    asked: list[str] = []

    def export_peer(order: PeerOrder) -> PeerArtifact:
        asked.append(f"{order.peer} {order.target}")
        if order.peer.startswith("MobileOne") and order.target == "executorch":
            raise ConversionError("ExecuTorch cannot take this network: why")
        path = Path(order.folder) / artifact_name(order.target, order.precision)
        path.write_bytes(b"artifact")
        artifact = MeasuredArtifact(
            file=path.name, sha256=sha256_of(path), bytes=8, target=order.target, precision="fp32"
        )
        return PeerArtifact(artifact=artifact, model=MeasuredModel(family="a", variant="b", weights="random"))

    monkeypatch.setattr(make, "export_peer", export_peer)
    monkeypatch.setattr(make, "check_timm", lambda: None)
    monkeypatch.setattr(make.metadata, "version", lambda _name: "1")
    return asked


PEERS = [find_peer(name) for name in ("MobileOne S2", "EfficientNet B0")]


def test_a_failure_stops_nothing_and_is_tried_again(exports: list[str], tmp_path: Path) -> None:
    for _ in range(2):
        exports.clear()
        one, efficient = make_peers(PEERS, ("onnx", "executorch"), ("fp32",), tmp_path, lambda _what: None)
        assert one.failures == {"executorch fp32": "ExecuTorch cannot take this network: why"}
        assert [each.target for each in read_peer(one.folder).artifacts] == ["onnx"]
        assert [each.target for each in read_peer(efficient.folder).artifacts] == ["onnx", "executorch"]
    assert exports == ["MobileOne S2 executorch"]


def test_a_peer_that_nothing_can_take_leaves_no_folder(exports: list[str], tmp_path: Path) -> None:
    (made,) = make_peers(PEERS[:1], ("executorch",), ("fp32",), tmp_path, lambda _what: None)
    assert made.failures
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_artifact_is_made_again(exports: list[str], tmp_path: Path) -> None:
    make_peers(PEERS[1:], ("onnx",), ("fp32",), tmp_path, lambda _what: None)
    (tmp_path / "efficientnet_b0" / "model_fp32.onnx").write_bytes(b"cut")
    make_peers(PEERS[1:], ("onnx",), ("fp32",), tmp_path, lambda _what: None)
    assert exports == ["EfficientNet B0 onnx"] * 2
    assert read_peer(tmp_path / "efficientnet_b0").artifacts
