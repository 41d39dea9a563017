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
        """Write the artifact to ``conversion.path``, and say what was made; each step is a stage."""

    def block_outputs(self, conversion: Conversion, path: Path, images: Floats) -> dict[str, Floats] | None:
        """Return the output of each block for ``images``, by block; None where the format does not let one look.

        Asked only after parity failed, to name the first block that is wrong.
        """


@runtime_checkable
class DamageFinder(Protocol):
    """What a target has as well whose saved file cannot be asked for its blocks' outputs."""

    def damaged_block(self, conversion: Conversion, path: Path) -> str | None:
        """Name the first block that the saved file computes otherwise than a new conversion; None without one."""


@runtime_checkable
class NetworkConverter(Protocol):
    """What a target has as well that also exports networks other than CloFormer, for the benchmarks."""

    def convert_network(
        self, module: nn.Module, input_shape: tuple[int, ...], precision: str, path: Path
    ) -> DelegationReport | None:
        """Write a wrapped network, already quantized for ``int8``, and return what the backend takes, where known."""


def load_target(name: str) -> TargetModule:
    """Import the ``convert`` module of the target called ``name``, with the libraries that it needs."""
    return cast(TargetModule, import_module(f"cloformer.export.targets.{name}.convert"))
