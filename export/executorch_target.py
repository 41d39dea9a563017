"""PyTorch to ExecuTorch: the mobile form, lowered to a delegate, with portable kernels for what it leaves."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch
from executorch.devtools.backend_debug import get_delegation_info
from executorch.exir import ExecutorchProgramManager, to_edge_transform_and_lower
from executorch.extension.pybindings import portable_lib
from numpy.typing import NDArray
from torch import nn

from cloformer.runtimes.manifest import METADATA_KEY

from .block_names import Tapped
from .conversion import Conversion, Converted, versions_of
from .deploy_module import DeployModule
from .executorch_delegates import make_partitioner, module_dtype
from .fast_lowering import fast_lowering
from .options import ExecuTorchOptions
from .report import DelegationReport
from .rewrite import mobile_form
from .stages import Stages

Floats = NDArray[np.float32]


def convert(conversion: Conversion, stages: Stages) -> Converted:
    """Write the conversion's .pte file."""
    options = conversion.request.options
    assert isinstance(options, ExecuTorchOptions)
    with stages.stage("rewrite to the mobile form"):
        module = deploy_module(conversion, mobile_form(conversion.model))
    inputs = conversion.input_facts()
    program, delegation = lower(module, conversion, stages, {METADATA_KEY: conversion.embedded_facts(inputs)})
    with stages.stage("save"), conversion.path.open("wb") as file:
        program.write_to_file(file)
    return Converted(inputs, versions_of("torch", "executorch"), delegation=delegation)


def deploy_module(conversion: Conversion, network: nn.Module) -> DeployModule:
    """Wrap ``network`` in the precision and with the normalisation that the request asks for."""
    unit = conversion.request.input_kind == "unit"
    dtype = module_dtype(conversion.request.backend, conversion.request.precision)
    return DeployModule(network, conversion.preprocessing if unit else None, dtype).eval()


def lower(
    module: nn.Module, conversion: Conversion, stages: Stages, constants: dict[str, str]
) -> tuple[ExecutorchProgramManager, DelegationReport]:
    """Trace ``module`` and lower it to the request's delegate; ``constants`` become methods that return text."""
    backend = conversion.request.backend
    with stages.stage("load the delegate's compiler"):
        partitioner = make_partitioner(backend, conversion.request.precision)
    with stages.stage("trace"):
        exported = torch.export.export(module, (torch.zeros(conversion.input_shape),))
    with stages.stage(f"lower to {backend}"), fast_lowering():
        edge = to_edge_transform_and_lower(exported, partitioner=[partitioner], constant_methods=constants)
        delegation = _report_delegation(edge.exported_program().graph_module)
    with stages.stage("plan memory and serialise"):
        return edge.to_executorch(), delegation


def _report_delegation(graph: torch.fx.GraphModule) -> DelegationReport:
    info = get_delegation_info(graph)
    # get_delegation_info also counts how a multiple result is unpacked and where memory is planned: no kernels.
    outside = {
        name: counts.non_delegated
        for name, counts in sorted(info.delegation_by_operator.items())
        if counts.non_delegated and name not in ("getitem", "alloc")
    }
    return DelegationReport(
        partitions=info.num_delegated_subgraphs, delegated=info.num_delegated_nodes, undelegated=outside
    )


def block_outputs(conversion: Conversion, path: Path, images: Floats) -> dict[str, Floats] | None:
    """Lower the network once more with every block's output beside the logits, and run that.

    A delegate keeps its intermediate values to itself, so the saved file cannot be asked; the second export goes
    through the same rewrites and the same compiler.
    """
    tapped = Tapped(mobile_form(conversion.model))
    module = deploy_module(conversion, tapped)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        program, _ = lower(module, conversion, Stages(), {})
        tapped_path = Path(folder) / "tapped.pte"
        with tapped_path.open("wb") as file:
            program.write_to_file(file)
        runtime = portable_lib._load_for_executorch(str(tapped_path))
        outputs = runtime.forward([torch.from_numpy(images)])
    return {name: output.numpy() for name, output in zip(tapped.names, outputs[1:], strict=True)}
