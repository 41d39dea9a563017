"""What a target does: the functions of its folder's ``convert`` module, and finding them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

from torch import nn

from .conversion import Conversion, Converted
from .reference.run import Floats
from .report import DelegationReport
from .stages import Stages


class TargetModule(Protocol):
    """The ``convert`` module of a target's folder."""

    def convert(self, conversion: Conversion, stages: Stages) -> Converted:
        """Write the artifact to ``conversion.path``, and return what was made; each step is a stage."""

    def block_outputs(self, conversion: Conversion, path: Path, images: Floats) -> dict[str, Floats] | None:
        """Return the output of each block for ``images``, by block; None if the format does not give access to them.

        This is only called after parity failed, to name the first block that is wrong.
        """


@runtime_checkable
class DamageFinder(Protocol):
    """An additional function of targets whose saved file gives no access to its blocks' outputs."""

    def damaged_block(self, conversion: Conversion, path: Path) -> str | None:
        """Name the first block in which the saved file differs from a new conversion; None if there is none."""


@runtime_checkable
class NetworkConverter(Protocol):
    """An additional function of targets that also export other networks than CloFormer, for the benchmarks."""

    def convert_network(
        self, module: nn.Module, input_shape: tuple[int, ...], precision: str, path: Path
    ) -> DelegationReport | None:
        """Write a wrapped network, quantized already for ``int8``, and return what the backend runs if it is known."""


def load_target(name: str) -> TargetModule:
    """Import the ``convert`` module of the target called ``name``, with the libraries that it needs."""
    return cast(TargetModule, import_module(f"cloformer.export.targets.{name}.convert"))
