"""Whether multiply-adds rank networks in the same order as latency."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import spearmanr

from .settings import Setting

FEWEST = 4
"""Minimum number of networks for a meaningful rank correlation."""


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's rank correlation of latency with multiply-adds.

    Attributes:
        rho: 1 if both rank the networks in the same order, -1 if in the opposite order.
    """

    rho: float
    networks: int


def correlate(setting: Setting) -> RankCorrelation | None:
    """Return the correlation over the networks of a setting, or None if there are too few."""
    pairs = [(entry.multiply_adds, entry.milliseconds) for entry in setting.sound if entry.multiply_adds]
    if len(pairs) < FEWEST:
        return None
    multiply_adds, milliseconds = zip(*pairs, strict=True)
    return RankCorrelation(float(spearmanr(multiply_adds, milliseconds).statistic), len(pairs))
