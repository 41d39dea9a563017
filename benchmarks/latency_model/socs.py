"""Phones' SoCs with the published numbers that a roofline model needs, mostly from specification sites."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Soc:
    """Published numbers of one SoC.

    Attributes:
        maker: maker of the SoC; models are only transferred between NPUs of the same maker.
        bandwidth: memory bandwidth in GB/s, or None if it is not published.
        npu_tops: advertised TOPS of the NPU, in any precision, or None if not published.
    """

    name: str
    maker: str
    bandwidth: float | None
    npu_tops: float | None


SOCS: tuple[Soc, ...] = (
    Soc("Apple A14", "Apple", 34.1, 11),
    Soc("Apple A15", "Apple", 34.1, 15.8),
    Soc("Apple A16", "Apple", 51.2, 17),
    Soc("Apple A17 Pro", "Apple", 51.2, 35),
    Soc("Apple A18 Pro", "Apple", 60.0, 35),
    Soc("Snapdragon 888", "Qualcomm", 51.2, 26),
    Soc("Snapdragon 8 Gen 1", "Qualcomm", 51.2, None),
    Soc("Snapdragon 8 Gen 2", "Qualcomm", 67.2, None),
    Soc("Snapdragon 8 Gen 3", "Qualcomm", 76.8, 45),
    Soc("Snapdragon 8 Elite", "Qualcomm", 84.8, None),
    Soc("Dimensity 9300", "MediaTek", 76.8, None),
    Soc("Tensor G2", "Google", None, None),
    Soc("Tensor G3", "Google", None, None),
    Soc("Tensor G4", "Google", None, None),
    Soc("Exynos 2200", "Samsung", None, None),
    Soc("Exynos 2400", "Samsung", 68.0, None),
)
"""The known SoCs. The 35 TOPS of the A17 Pro and A18 Pro seem to be for int8; those of older chips are for fp16."""


def find_phone_soc(name: str) -> Soc:
    """Return the SoC with this name, which must be in the table."""
    return next(soc for soc in SOCS if soc.name == name)
