"""Building the peers with timm, with random weights, in the form intended for deployment."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING

from cloformer.install_command import install_command
from cloformer.model import MissingPackageError, UsageError

from .published import PUBLISHED, Published

if TYPE_CHECKING:
    from torch import nn

NUM_CLASSES = 1000

TIMM_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "MobileViT XXS": "mobilevit_xxs",
        "MobileViT S": "mobilevit_s",
        "MobileViTv2 0.5": "mobilevitv2_050",
        "MobileViTv2 1.0": "mobilevitv2_100",
        "PVTv2 B0": "pvt_v2_b0",
        "PVTv2 B1": "pvt_v2_b1",
        "Swin T": "swin_tiny_patch4_window7_224",
        "MobileNetV3 L": "mobilenetv3_large_100",
        "MobileNetV4 Conv-S": "mobilenetv4_conv_small",
        "MobileNetV4 Conv-M": "mobilenetv4_conv_medium",
        "MobileNetV4 Hybrid-M": "mobilenetv4_hybrid_medium",
        "EfficientNet B0": "efficientnet_b0",
        "EfficientFormer L1": "efficientformer_l1",
        "EfficientFormerV2 S0": "efficientformerv2_s0",
        "EfficientFormerV2 S1": "efficientformerv2_s1",
        "EfficientFormerV2 S2": "efficientformerv2_s2",
        "FastViT T8": "fastvit_t8",
        "FastViT T12": "fastvit_t12",
        "FastViT S12": "fastvit_s12",
        "FastViT SA12": "fastvit_sa12",
        "RepViT M0.9": "repvit_m0_9",
        "RepViT M1.0": "repvit_m1_0",
        "RepViT M1.1": "repvit_m1_1",
        "RepViT M1.5": "repvit_m1_5",
        "SwiftFormer XS": "swiftformer_xs",
        "SwiftFormer S": "swiftformer_s",
        "SwiftFormer L1": "swiftformer_l1",
        "EdgeNeXt XS": "edgenext_x_small",
        "EdgeNeXt S": "edgenext_small",
        "TinyViT 5M": "tiny_vit_5m_224",
        "TinyViT 11M": "tiny_vit_11m_224",
        "MobileOne S2": "mobileone_s2",
        "MobileOne S3": "mobileone_s3",
        "MobileOne S4": "mobileone_s4",
    }
)
"""Names in timm by the published row's name. The other rows are in no library that works with this PyTorch."""

DEFAULT_PEERS = (
    "MobileViT S",
    "MobileViTv2 1.0",
    "PVTv2 B0",
    "PVTv2 B1",
    "Swin T",
    "MobileNetV3 L",
    "MobileNetV4 Conv-M",
    "EfficientNet B0",
    "EfficientFormer L1",
    "EfficientFormerV2 S1",
    "FastViT SA12",
    "RepViT M1.1",
    "SwiftFormer S",
    "EdgeNeXt S",
    "TinyViT 5M",
    "MobileOne S2",
)
"""One or two peers of each family, with accuracies near those of CloFormer's variants."""


def find_peer(name: str) -> Published:
    """Return the row of a peer that can be built, by its name in the table or in timm.

    Raises:
        UsageError: there is no such row, or no library provides the network.
    """
    rows = {row.name: row for row in PUBLISHED if row.name in TIMM_NAMES}
    by_any_name = {**rows, **{TIMM_NAMES[title]: row for title, row in rows.items()}}
    if name in by_any_name:
        return by_any_name[name]
    if any(row.name == name for row in PUBLISHED):
        raise UsageError(f"{name} is in no library: the report only has its published numbers")
    raise UsageError(f"there is no peer {name!r}", f"choose from {', '.join(rows)}")


def check_timm() -> None:
    """Check that timm, the library of the peers, is installed.

    Raises:
        MissingPackageError: timm is not installed.
    """
    if find_spec("timm") is None:
        raise MissingPackageError("the peers need timm", install_command(["timm"], "peers"))


def build_peer(peer: Published) -> nn.Module:
    """Build a network for 1,000 classes with random weights, on which latency does not depend.

    Branches that are only needed in training are folded into one, in families that have them.

    Raises:
        MissingPackageError: timm is not installed.
    """
    check_timm()
    import timm  # noqa: PLC0415 - takes seconds to import
    import torch  # noqa: PLC0415
    from timm.utils.model import reparameterize_model  # noqa: PLC0415

    torch.manual_seed(0)
    network = timm.create_model(TIMM_NAMES[peer.name], pretrained=False, exportable=True, num_classes=NUM_CLASSES)
    built: nn.Module = reparameterize_model(network.eval())
    return built
