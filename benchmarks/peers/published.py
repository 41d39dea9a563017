"""Published numbers of CloFormer and its peers, each row with its source. We measured none of them.

Accuracies are top-1 on ImageNet-1k at the row's size, from the source's own comparison; if a family has both, without
distillation. Latencies are for batch 1, from tables that each measured many networks in one way on one device; those
from different tables are not comparable with each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

IPHONE_13 = "iPhone 13, Core ML (iFormer)"
PIXEL_6 = "Pixel 6, CPU (MobileNetV4)"
GALAXY_S24 = "Galaxy S24, NPU (Qualcomm AI Hub)"

LATENCY_SOURCES: Mapping[str, str] = MappingProxyType(
    {
        IPHONE_13: "iFormer, arXiv 2501.15369, tables 3 and 18",
        PIXEL_6: "MobileNetV4, arXiv 2404.10518, median ms",
        GALAXY_S24: "qualcomm/ai-hub-models v0.47.0, perf.yaml, TFLite, fp16",
    }
)

_IFORMER = "iFormer, arXiv 2501.15369, tables 3 and 18"
_MNV4 = "MobileNetV4, arXiv 2404.10518"


@dataclass(frozen=True)
class Published:
    """Published numbers of one network.

    Attributes:
        size: height and width of the input, which are equal.
        parameters: millions of parameters, or None if the source does not say.
        multiply_adds: billions of multiply-adds, which papers call FLOPs; None if the source does not say.
        top1: top-1 accuracy in percent; None if there is no source.
        source: source of these numbers.
        milliseconds: latency of one image, by device.
    """

    family: str
    variant: str
    size: int
    parameters: float | None
    multiply_adds: float | None
    top1: float | None
    source: str
    milliseconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Family and variant of the network."""
        return f"{self.family} {self.variant}"


_CLOFORMER = "CloFormer, arXiv 2303.17803"

PUBLISHED: tuple[Published, ...] = (
    Published("CloFormer", "xxs", 224, 4.2, 0.6, 77.0, _CLOFORMER),
    Published("CloFormer", "xs", 224, 7.2, 1.1, 79.8, _CLOFORMER),
    Published("CloFormer", "s", 224, 12.3, 2.0, 81.6, _CLOFORMER),
    # The networks that the paper compares itself with.
    Published("MobileViT", "XXS", 256, 1.3, 0.4, 69.0, _IFORMER, {IPHONE_13: 2.12}),
    Published("MobileViT", "S", 256, 5.6, 2.0, 78.4, _IFORMER, {IPHONE_13: 3.55}),
    Published("MobileViTv2", "0.5", 256, 1.4, 0.5, 70.2, _IFORMER, {IPHONE_13: 9.47}),
    Published("MobileViTv2", "1.0", 256, 4.9, 1.8, 78.1, _IFORMER),  # its conversion failed there
    Published("PVTv2", "B0", 224, 3.7, 0.57, 70.5, "whai362/PVT"),
    Published("PVTv2", "B1", 224, 14.0, None, 78.7, "whai362/PVT"),
    Published("Swin", "T", 224, None, None, None, "no number with a source that was read"),
    Published("EdgeViT", "XXS", 224, 4.1, 0.6, 74.4, _IFORMER, {IPHONE_13: 1.41}),
    Published("EdgeViT", "XS", 224, 6.7, 1.1, 77.5, _IFORMER, {IPHONE_13: 1.79}),
    Published("EdgeViT", "S", 224, 13.1, 1.9, 81.0, "EfficientMod, arXiv 2403.19963"),
    Published("Mobile-Former", "294M", 224, 11.4, 0.29, 77.9, _IFORMER, {IPHONE_13: 2.66}),
    Published("Mobile-Former", "508M", 224, 14.0, 0.51, 79.3, _IFORMER, {IPHONE_13: 3.33}),
    Published("LVT", "", 224, 3.4, 0.9, 74.8, "Chenglin-Yang/LVT"),
    Published("NAT", "Mini", 224, 20.0, 2.7, 81.8, "SHI-Labs/Neighborhood-Attention-Transformer"),
    Published("NAT", "Tiny", 224, 28.0, 4.3, 83.2, "SHI-Labs/Neighborhood-Attention-Transformer"),
    # Today's best.
    Published("MobileNetV3", "L", 224, 5.4, 0.22, 75.2, _IFORMER, {IPHONE_13: 0.76, GALAXY_S24: 0.703}),
    Published("MobileNetV4", "Conv-S", 224, 3.8, 0.20, 73.8, _IFORMER, {IPHONE_13: 0.60, PIXEL_6: 2.4}),
    Published("MobileNetV4", "Conv-M", 256, 9.2, 1.0, 79.9, _IFORMER, {IPHONE_13: 1.08, PIXEL_6: 11.4}),
    Published("MobileNetV4", "Hybrid-M", 256, 10.5, 1.2, 80.7, _IFORMER, {IPHONE_13: 1.75, PIXEL_6: 14.3}),
    Published("EfficientNet", "B0", 224, 5.3, 0.39, 77.1, _IFORMER, {IPHONE_13: 0.89, GALAXY_S24: 1.077}),
    Published("EfficientFormer", "L1", 224, None, None, 79.2, "snap-research/EfficientFormer", {GALAXY_S24: 1.048}),
    Published("EfficientFormerV2", "S0", 224, 3.5, 0.40, 75.7, "snap-research/EfficientFormer"),
    Published("EfficientFormerV2", "S1", 224, 6.1, 0.65, 79.0, "snap-research/EfficientFormer", {IPHONE_13: 1.02}),
    Published("EfficientFormerV2", "S2", 224, 12.6, 1.25, 81.6, "snap-research/EfficientFormer", {IPHONE_13: 1.60}),
    Published("FastViT", "T8", 256, 3.6, 0.7, 75.6, _MNV4, {PIXEL_6: 49.3}),
    Published("FastViT", "T12", 256, 6.8, 1.4, 79.1, _IFORMER, {IPHONE_13: 1.12}),
    Published("FastViT", "S12", 256, 8.8, 1.8, 79.8, _IFORMER, {IPHONE_13: 1.26, PIXEL_6: 83.0}),
    Published("FastViT", "SA12", 256, 10.9, 1.9, 80.6, _IFORMER, {IPHONE_13: 1.50}),
    Published("RepViT", "M0.9", 224, 5.1, 0.8, 77.4, "THU-MIG/RepViT"),
    Published("RepViT", "M1.0", 224, 6.8, 1.10, 78.6, _IFORMER, {IPHONE_13: 0.85}),
    Published("RepViT", "M1.1", 224, 8.2, 1.30, 79.4, _IFORMER, {IPHONE_13: 1.04}),
    Published("RepViT", "M1.5", 224, 14.0, 2.30, 81.2, _IFORMER, {IPHONE_13: 1.54}),
    Published("SwiftFormer", "XS", 224, 3.5, 0.6, 75.7, _IFORMER, {IPHONE_13: 0.95}),
    Published("SwiftFormer", "S", 224, 6.1, 1.0, 78.5, _IFORMER, {IPHONE_13: 1.12}),
    Published("SwiftFormer", "L1", 224, 12.1, 1.6, 80.9, _IFORMER, {IPHONE_13: 1.60}),
    Published("EdgeNeXt", "XS", 256, 2.34, 0.538, 74.96, "mmaaz60/EdgeNeXt"),
    Published("EdgeNeXt", "S", 256, 5.59, 1.26, 79.41, "mmaaz60/EdgeNeXt"),
    Published("TinyViT", "5M", 224, 5.4, 1.3, 79.1, "microsoft/Cream"),
    Published("TinyViT", "11M", 224, 11.0, 2.0, 81.5, "microsoft/Cream"),
    Published("MobileOne", "S2", 224, 7.8, 1.3, 77.4, _IFORMER, {IPHONE_13: 0.92}),
    Published("MobileOne", "S3", 224, 10.1, 1.9, 78.1, _IFORMER, {IPHONE_13: 1.16}),
    Published("MobileOne", "S4", 224, 14.8, 2.98, 79.4, _IFORMER, {IPHONE_13: 1.74}),
)


def find_published(family: str, variant: str) -> Published | None:
    """Return the published numbers of this network, or None."""
    return next((row for row in PUBLISHED if (row.family, row.variant) == (family, variant)), None)
