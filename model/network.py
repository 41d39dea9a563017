"""What every network of this family has in common, whatever it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from .block import CloBlock
from .tasks import STAGES, TASKS, OutputKind, TaskName
from .variants import VariantConfig


@dataclass(frozen=True)
class NetworkConfig:
    """A network to build.

    Attributes:
        variant: of the body.
        task: what it is asked.
        num_classes: length of its logits; 0 for features.
        out_indices: which of the four stages ``features`` gives.
        norm_outputs: whether the backbone normalizes each map that it gives, as some dense heads expect.
    """

    variant: VariantConfig
    task: TaskName
    num_classes: int
    out_indices: tuple[int, ...] = STAGES
    norm_outputs: bool = False


class Network(nn.Module):
    """A network for one task.

    Attributes:
        config: what it was built from.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config

    @property
    def variant(self) -> VariantConfig:
        """The configuration of its body."""
        return self.config.variant

    @property
    def num_classes(self) -> int:
        """Length of its logits."""
        return self.config.num_classes

    @property
    def title(self) -> str:
        """For people, such as ``image classifier``."""
        return TASKS[self.config.task].title

    def output_kinds(self) -> Mapping[str, OutputKind]:
        """Return what each output is, by its name, in the order in which ``forward`` gives them."""
        raise NotImplementedError

    def clo_blocks(self) -> Iterator[CloBlock]:
        """Every block, in the order in which they compute."""
        for module in self.modules():
            if isinstance(module, CloBlock):
                yield module


def outputs_of(given: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return what a network gave as a tuple, of one output or of several."""
    return given if isinstance(given, tuple) else (given,)
