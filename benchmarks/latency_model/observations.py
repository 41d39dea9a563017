"""Published phone latencies of networks that can be built here, used to fit and to score the model."""

from __future__ import annotations

from dataclasses import dataclass

from cloformer.benchmarks.peers.published import GALAXY_S24, IPHONE_13, PIXEL_6


@dataclass(frozen=True)
class Observation:
    """One latency from a table in ``peers.published.LATENCY_SOURCES``.

    Attributes:
        family: family of the network; similar networks of one family are left out together in scoring.
        network: name of the network in timm.
        size: height and width of the input.
    """

    family: str
    network: str
    size: int
    milliseconds: float


def _rows(family: str, size: int, **milliseconds: float) -> tuple[Observation, ...]:
    return tuple(Observation(family, network, size, value) for network, value in milliseconds.items())


OBSERVATIONS: dict[str, tuple[Observation, ...]] = {
    IPHONE_13: (
        *_rows("MobileNetV2", 224, mobilenetv2_100=0.73, mobilenetv2_140=1.02),
        *_rows("MobileNetV3", 224, mobilenetv3_large_075=0.67, mobilenetv3_large_100=0.76),
        *_rows("MobileNetV4", 224, mobilenetv4_conv_small=0.60),
        *_rows("MobileNetV4", 256, mobilenetv4_conv_medium=1.08, mobilenetv4_hybrid_medium=1.75),
        *_rows("iFormer", 224, iformer_t=0.60, iformer_s=0.85, iformer_m=1.10, iformer_l=1.60, iformer_l2=2.30),
        *_rows("EfficientNet", 224, efficientnet_b0=0.89),
        *_rows("EfficientNet", 240, efficientnet_b1=1.29),
        *_rows("EfficientNet", 260, efficientnet_b2=1.69),
        *_rows("MobileOne", 224, mobileone_s2=0.92, mobileone_s3=1.16, mobileone_s4=1.74),
        *_rows("RepViT", 224, repvit_m1_0=0.85, repvit_m1_1=1.04, repvit_m1_5=1.54),
        *_rows(
            "EfficientFormerV2", 224, efficientformerv2_s1=1.02, efficientformerv2_s2=1.60, efficientformerv2_l=2.40
        ),
        *_rows("FastViT", 256, fastvit_t12=1.12, fastvit_s12=1.26, fastvit_sa12=1.50),
        *_rows("SwiftFormer", 224, swiftformer_xs=0.95, swiftformer_s=1.12, swiftformer_l1=1.60),
        *_rows("SHViT", 224, shvit_s1=0.74, shvit_s2=1.10),
        *_rows("SHViT", 256, shvit_s4=1.48),
        *_rows("GhostNetV3", 224, ghostnetv3_100=0.99, ghostnetv3_130=1.27),
        *_rows("LowFormer", 224, lowformer_b0=1.45, lowformer_b1=1.90),
        *_rows("EfficientViT", 224, efficientvit_b1=2.38),
        *_rows("MobileViT", 256, mobilevit_xxs=2.12, mobilevit_s=3.55),
        *_rows("MobileViTv2", 256, mobilevitv2_050=9.47),
    ),
    PIXEL_6: (
        *_rows("MobileNetV1", 224, mobilenetv1_100=6.1),
        *_rows("MobileNetV2", 224, mobilenetv2_100=5.0),
        *_rows("MobileNetV3", 224, mobilenetv3_small_100=2.4),
        *_rows("MobileNetV4", 224, mobilenetv4_conv_small=2.4),
        *_rows("MobileNetV4", 256, mobilenetv4_conv_medium=11.4, mobilenetv4_hybrid_medium=14.3),
        *_rows("MobileNetV4", 384, mobilenetv4_conv_large=59.9, mobilenetv4_hybrid_large=87.6),
        *_rows("FastViT", 256, fastvit_t8=49.3, fastvit_s12=83.0),
    ),
    GALAXY_S24: (
        *_rows("MobileNetV2", 224, mobilenetv2_100=0.594),
        *_rows("MobileNetV3", 224, mobilenetv3_small_100=0.562, mobilenetv3_large_100=0.703),
        *_rows("EfficientNet", 224, efficientnet_b0=1.077, efficientnet_b4=2.408),
        *_rows("ResNet", 224, resnet18=0.920, resnet50=1.579),
        *_rows("RegNet", 224, regnety_008=0.905),
        *_rows("EfficientFormer", 224, efficientformer_l1=1.048),
        *_rows("ConvNeXt", 224, convnext_tiny=2.116),
        *_rows("ViT", 224, vit_base_patch16_224=5.878),
        *_rows("BEiT", 224, beit_base_patch16_224=6.661),
    ),
}
"""Observations by device. Only networks that timm lacks were left out, none because of its latency."""
