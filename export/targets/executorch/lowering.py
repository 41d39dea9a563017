"""One way from a PyTorch module to an ExecuTorch program, for CloFormer and for its peers in the benchmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import torch
from executorch.devtools.backend_debug import get_delegation_info
from executorch.exir import EdgeProgramManager, to_edge_transform_and_lower
from torch import fx, nn

from cloformer.export.report import DelegationReport

from .delegates import make_partitioner, refusals
from .fast_lowering import fast_lowering
from .separate_biases import separate_biases

_NOT_KERNELS = ("getitem", "alloc")
"""What ExecuTorch counts as operators although no kernel runs: unpacking of results, and planned memory."""


@dataclass(frozen=True)
class Lowering:
    """How to lower a module.

    Attributes:
        backend: the delegate to lower to.
        precision: the precision of the artifact.
        constants: methods of the program that return a text, by name.
    """

    backend: str | None
    precision: str
    constants: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Lowered:
    """A lowered program, and what its delegate runs."""

    edge: EdgeProgramManager
    delegation: DelegationReport


def trace(module: nn.Module, input_shape: tuple[int, ...]) -> torch.export.ExportedProgram:
    """Trace ``module`` for one input of ``input_shape``; a layer of a quantized module gets a bias for each use."""
    if isinstance(module, fx.GraphModule):
        separate_biases(module)
    return torch.export.export(module, (torch.zeros(input_shape),))


def lower(exported: torch.export.ExportedProgram, how: Lowering) -> Lowered:
    """Lower a traced program to a delegate and report what that runs."""
    partitioner = make_partitioner(how.backend, how.precision)
    with fast_lowering(), refusals() as reasons:
        edge = to_edge_transform_and_lower(exported, partitioner=[partitioner], constant_methods=dict(how.constants))
    return Lowered(edge, _report_delegation(edge.exported_program().graph_module, how.backend, reasons))


def _report_delegation(graph: fx.GraphModule, backend: str | None, reasons: Mapping[str, str]) -> DelegationReport:
    info = get_delegation_info(graph)
    outside = {
        name: counts.non_delegated
        for name, counts in sorted(info.delegation_by_operator.items())
        if counts.non_delegated and name not in _NOT_KERNELS
    }
    return DelegationReport(
        backend=f"ExecuTorch's {backend} delegate",
        partitions=info.num_delegated_subgraphs,
        delegated=info.num_delegated_nodes,
        undelegated=outside,
        reasons={name: reasons.get(name, f"{backend} has no such operator") for name in outside},
    )
