"""PyTorch to ExecuTorch: the mobile form, lowered to a delegate, with portable kernels for the fallbacks."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from executorch.exir.lowered_backend_module import get_lowered_submodules
from executorch.extension.pybindings import portable_lib
from numpy.typing import NDArray
from torch import nn

from cloformer.export.conversion import Conversion, Converted, versions_of
from cloformer.export.deployable import deployable, rewritten_network
from cloformer.export.graph.blocks import AFTER_BLOCKS, NORMALIZATION, Tapped, block_names, block_of
from cloformer.export.report import DelegationReport
from cloformer.export.stages import Stages
from cloformer.runtimes.bundle.manifest import METADATA_KEY

from .delegates import module_dtype
from .lowering import Lowered, Lowering, lower, trace
from .saved_program import first_difference
from .spec import ExecuTorchOptions

Floats = NDArray[np.float32]


def convert(conversion: Conversion, stages: Stages) -> Converted:
    """Write the conversion's .pte file."""
    with stages.stage(f"rewrite to the form {conversion.request.form}"):
        network = rewritten_network(conversion)
    module = _program_module(conversion, network, stages)
    inputs = conversion.input_facts()
    lowered = lower_module(module, conversion, stages, {METADATA_KEY: conversion.embedded_facts(inputs)})
    with stages.stage("plan memory and serialize"):
        program = lowered.edge.to_executorch()
    with stages.stage("save"), conversion.path.open("wb") as file:
        program.write_to_file(file)
    return Converted(inputs, versions_of("torch", "executorch"), delegation=lowered.delegation)


def convert_network(module: nn.Module, input_shape: tuple[int, ...], precision: str, path: Path) -> DelegationReport:
    """Write a wrapped network that is not CloFormer, lowered to XNNPACK."""
    lowered = lower(trace(module, input_shape), Lowering(ExecuTorchOptions().backend, precision))
    with path.open("wb") as file:
        lowered.edge.to_executorch().write_to_file(file)
    return lowered.delegation


def _program_module(conversion: Conversion, network: nn.Module, stages: Stages) -> nn.Module:
    return deployable(
        conversion, stages, network, module_dtype(conversion.request.backend, conversion.request.precision)
    )


def lower_module(
    module: nn.Module, conversion: Conversion, stages: Stages, constants: Mapping[str, str] = MappingProxyType({})
) -> Lowered:
    """Trace ``module`` and lower it to the request's delegate; ``constants`` become methods that return text."""
    request = conversion.request
    with stages.stage("trace"):
        exported = trace(module, conversion.input_shape)
    with stages.stage(f"lower to {request.backend}"):
        return lower(exported, Lowering(request.backend, request.precision, constants))


def damaged_block(conversion: Conversion, path: Path) -> str | None:
    """Name the block of the first operator in which the saved file differs from a new lowering; None if there is none.

    Lowering gives the same program each time, so that every difference is damage. A wrong rewrite or a wrong lowering
    makes no difference here; it shows in the outputs of the blocks.
    """
    module = _program_module(conversion, rewritten_network(conversion), Stages())
    edge = lower_module(module, conversion, Stages()).edge
    blocks = _blocks_by_handle(edge.exported_program().graph_module, block_names(conversion.model))
    handle = first_difference(path.read_bytes(), edge.to_executorch().buffer)
    return None if handle is None else blocks[handle]


def _blocks_by_handle(graph: torch.fx.GraphModule, blocks: list[str]) -> dict[int, str]:
    """Map the handle of each node to its block; what lies between two blocks belongs to the first."""
    pieces = [piece.original_module.graph_module for _, piece, _ in get_lowered_submodules(graph)]
    nodes = {node.meta["debug_handle"]: node for part in (graph, *pieces) for node in part.graph.nodes if _counts(node)}
    own = {handle: block_of(nodes[handle], blocks) for handle in sorted(nodes)}  # in the order in which they run
    last = max(handle for handle, block in own.items() if block)
    found: dict[int, str] = {}
    current = NORMALIZATION
    for handle, block in own.items():
        current = block or (current if handle < last else AFTER_BLOCKS)
        found[handle] = current
    return found


def _counts(node: torch.fx.Node) -> bool:
    return node.op == "call_function" and "debug_handle" in node.meta


def block_outputs(conversion: Conversion, path: Path, images: Floats) -> dict[str, Floats] | None:
    """Lower the network once more with every block's output beside the logits, and run that.

    A delegate gives no access to its intermediate values; the second export goes through the same rewrites and the
    same compiler.
    """
    tapped = Tapped(rewritten_network(conversion))
    module = _program_module(conversion, tapped, Stages())
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        tapped_path = Path(folder) / "tapped.pte"
        with tapped_path.open("wb") as file:
            lower_module(module, conversion, Stages()).edge.to_executorch().write_to_file(file)
        runtime = portable_lib._load_for_executorch(str(tapped_path))
        outputs = runtime.forward([torch.from_numpy(images)])
    return {name: output.numpy() for name, output in zip(tapped.names, outputs[-len(tapped.names) :], strict=True)}
