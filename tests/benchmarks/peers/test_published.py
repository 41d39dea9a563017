"""The table of published numbers, and whether the networks in the library match it."""

from __future__ import annotations

import pytest

from cloformer.benchmarks.peers.networks import DEFAULT_PEERS, TIMM_NAMES, find_peer
from cloformer.benchmarks.peers.published import LATENCY_SOURCES, PUBLISHED, find_published
from cloformer.model import UsageError

ARGUED_WITH = {"MobileViT", "MobileViTv2", "PVTv2", "Swin", "EdgeViT", "Mobile-Former", "LVT", "NAT"}
TODAY = {
    *("MobileNetV3", "MobileNetV4", "EfficientNet", "EfficientFormer", "EfficientFormerV2", "FastViT", "RepViT"),
    *("SwiftFormer", "EdgeNeXt", "TinyViT", "MobileOne"),
}


def test_every_family_has_a_row() -> None:
    assert {row.family for row in PUBLISHED} == {"CloFormer", *ARGUED_WITH, *TODAY}


def test_names_are_unique_and_every_number_has_a_source() -> None:
    assert len({row.name for row in PUBLISHED}) == len(PUBLISHED)
    assert all(row.source for row in PUBLISHED)
    assert {device for row in PUBLISHED for device in row.milliseconds} == set(LATENCY_SOURCES)


def test_at_least_twelve_peers_are_measured_by_default() -> None:
    assert len(set(DEFAULT_PEERS)) >= 12
    assert {find_peer(name).family for name in DEFAULT_PEERS} == (ARGUED_WITH | TODAY) - {
        *("EdgeViT", "Mobile-Former", "LVT", "NAT")  # in no library
    }


def test_a_peer_is_found_by_both_of_its_names() -> None:
    assert find_peer("RepViT M1.1") == find_peer("repvit_m1_1") == find_published("RepViT", "M1.1")


@pytest.mark.parametrize(("name", "reason"), [("EdgeViT XXS", "in no library"), ("ResNet 50", "there is no peer")])
def test_what_cannot_be_built_is_said(name: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        find_peer(name)


def test_the_library_has_every_peer_at_the_published_size() -> None:
    timm = pytest.importorskip("timm", reason="the extra peers is not installed")
    for name, timm_name in TIMM_NAMES.items():
        assert timm.is_model(timm_name), timm_name
        assert timm.get_pretrained_cfg(timm_name).input_size[1:] == (find_peer(name).size,) * 2
