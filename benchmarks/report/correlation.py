"""Whether multiply-adds rank networks as latency does."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import spearmanr

from .settings import Setting

FEWEST = 4
"""Networks, below which a rank correlation says nothing."""


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's, of latency with multiply-adds.

    Attributes:
        rho: 1 where both rank the networks alike, -1 where the one reverses the other.
    """

    rho: float
    networks: int


def correlate(setting: Setting) -> RankCorrelation | None:
    """Return the correlation over the networks of a setting; None where there are too few."""
    pairs = [(entry.multiply_adds, entry.milliseconds) for entry in setting.sound if entry.multiply_adds]
    if len(pairs) < FEWEST:
        return None
    multiply_adds, milliseconds = zip(*pairs, strict=True)
    return RankCorrelation(float(spearmanr(multiply_adds, milliseconds).statistic), len(pairs))
