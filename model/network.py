"""The base class of the networks for all tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from .block import CloBlock
from .tasks import STAGES, TASKS, OutputKind, TaskName
from .variants import VariantConfig


@dataclass(frozen=True)
class NetworkConfig:
    """The configuration of a network to build.

    Attributes:
        variant: the variant of the CloFormer body.
        task: the task that the network performs.
        num_classes: the number of classes; 0 for ``features``.
        out_indices: the stages (of four) that a ``features`` network returns.
        norm_outputs: whether the backbone normalizes each map that it returns, as some dense heads expect.
    """

    variant: VariantConfig
    task: TaskName
    num_classes: int
    out_indices: tuple[int, ...] = STAGES
    norm_outputs: bool = False


class Network(nn.Module):
    """A network for one task.

    Attributes:
        config: the configuration that the network was built from.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config

    @property
    def variant(self) -> VariantConfig:
        """The variant of the network's body."""
        return self.config.variant

    @property
    def num_classes(self) -> int:
        """The number of classes; 0 for ``features``."""
        return self.config.num_classes

    @property
    def title(self) -> str:
        """The network's name in messages, such as ``image classifier``."""
        return TASKS[self.config.task].title

    def output_kinds(self) -> Mapping[str, OutputKind]:
        """Return output name -> kind of output, in the order in which ``forward`` returns them."""
        raise NotImplementedError

    def clo_blocks(self) -> Iterator[CloBlock]:
        """Yield every Clo block, in the order of execution."""
        for module in self.modules():
            if isinstance(module, CloBlock):
                yield module


def outputs_of(given: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return the outputs of a network as a tuple, even if there is only one."""
    return given if isinstance(given, tuple) else (given,)
