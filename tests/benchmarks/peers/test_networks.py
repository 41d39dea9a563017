"""Building peers: their size is as published, and folding their branches does not change the function."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cloformer.benchmarks.multiply_adds import count_multiply_adds
from cloformer.benchmarks.peers import networks
from cloformer.benchmarks.peers.networks import TIMM_NAMES, build_peer, check_timm, find_peer
from cloformer.install_command import install_command
from cloformer.model import MissingPackageError

timm = pytest.importorskip("timm", reason="the extra peers is not installed")


@pytest.mark.parametrize("name", ["MobileNetV4 Conv-S", "RepViT M0.9", "SwiftFormer XS", "EdgeNeXt XS", "TinyViT 5M"])
def test_sizes_are_those_that_were_published(name: str) -> None:
    peer = find_peer(name)
    network = build_peer(peer)
    assert peer.parameters
    assert peer.multiply_adds
    assert sum(each.numel() for each in network.parameters()) / 1e6 == pytest.approx(peer.parameters, rel=0.03)
    assert count_multiply_adds(network, (peer.size, peer.size)) / 1e9 == pytest.approx(peer.multiply_adds, rel=0.08)


@pytest.mark.parametrize("name", ["RepViT M0.9", "MobileOne S2"])
def test_branches_are_folded_into_one_and_the_function_stays(name: str) -> None:
    torch.manual_seed(0)
    branched = timm.create_model(TIMM_NAMES[name], num_classes=1000).eval()
    folded = build_peer(find_peer(name))
    assert sum(isinstance(each, nn.Conv2d) for each in folded.modules()) < sum(
        isinstance(each, nn.Conv2d) for each in branched.modules()
    )
    image = torch.rand(1, 3, 224, 224)
    with torch.no_grad():
        expected = branched(image)
        assert (folded(image) - expected).abs().max() <= 1e-3 * expected.abs().max()


def test_a_missing_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "find_spec", lambda _name: None)
    with pytest.raises(MissingPackageError, match="need timm") as raised:
        check_timm()
    assert raised.value.remedy == install_command(["timm"], "peers")
