"""CloFormer's counted size, next to the numbers in the paper."""

from __future__ import annotations

from dataclasses import dataclass

from cloformer.benchmarks.multiply_adds import count_multiply_adds
from cloformer.benchmarks.peers.published import Published, find_published
from cloformer.model import CloFormer
from cloformer.model.variants import VARIANTS

from .settings import CLOFORMER

WHY_MORE = (
    "The paper's FLOPs fit a network whose stage-change shortcut is a depthwise 5x5 convolution. The authors' code has "
    "a dense one, which fits the paper's parameter counts; every number here is for the dense one."
)
"""Explanation of why multiply-adds are about 10 % above the numbers in the paper."""

_SIZE = (224, 224)


@dataclass(frozen=True)
class Count:
    """Counted size of one variant.

    Attributes:
        parameters: millions of parameters.
        multiply_adds: billions of multiply-adds, including attention products.
    """

    variant: str
    parameters: float
    multiply_adds: float
    paper: Published

    @property
    def excess(self) -> float:
        """Relative excess of the counted multiply-adds over the number in the paper."""
        assert self.paper.multiply_adds
        return self.multiply_adds / self.paper.multiply_adds - 1


def count_variants() -> list[Count]:
    """Count every variant in the paper, at 224x224 and with 1,000 classes."""
    return [_count(name, paper) for name in VARIANTS if (paper := find_published(CLOFORMER, name)) is not None]


def _count(variant: str, paper: Published) -> Count:
    network = CloFormer(VARIANTS[variant], 1000).eval()
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return Count(variant, parameters / 1e6, count_multiply_adds(network, _SIZE) / 1e9, paper)
