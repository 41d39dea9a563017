"""A PyTorch module as an ONNX graph."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import onnx
import onnx_ir as ir
import onnxsim
import torch
from onnx_ir.passes import common
from onnxscript.optimizer import fold_constants
from torch import nn

from cloformer.model import ConversionError
from cloformer.runtimes.session import LOGITS

from .deploy_module import NETWORK

IMAGE = "image"

OPSET = 20
"""The first opset with Gelu as one operator; newer ones add nothing that the network needs."""

_SCOPES_KEY = "pkg.torch.onnx.name_scopes"

_CLEANUP = (
    common.RemoveUnusedNodesPass(),
    common.LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0),
    common.DeduplicateInitializersPass(),
    common.CommonSubexpressionEliminationPass(),
    common.OutputFixPass(),
    common.NameFixPass(),
)
"""The passes of the exporter's own optimizer that follow its rewrite rules."""


def translate(
    module: nn.Module,
    input_shape: tuple[int, ...],
    opset: int,
    outputs: Sequence[str] = (LOGITS,),
    *,
    dynamic_batch: bool = False,
) -> onnx.ModelProto:
    """Translate ``module``, whose outputs are called ``outputs``, to a graph of ONNX operators.

    The exporter's optimizer is replaced by constant folding: trying its rewrite rules at every node takes two thirds of
    an export, and they find nothing that folding and the simplifier do not.
    """
    program = torch.onnx.export(
        module,
        (torch.zeros(input_shape),),
        dynamo=True,
        opset_version=opset,
        input_names=[IMAGE],
        output_names=list(outputs),
        dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=1024)},) if dynamic_batch else None,
        external_data=False,
        verbose=False,
        optimize=False,
    )
    if program is None:
        raise ConversionError("PyTorch's exporter returned nothing")
    # Twice: a cast to the type of another value folds once the first pass has found that type.
    for _ in range(2):
        fold_constants(program.model, onnx_shape_inference=True)
    ir.passes.Sequential(*_CLEANUP)(program.model)
    graph: onnx.ModelProto = program.model_proto
    return graph


def module_scopes(node: onnx.NodeProto) -> list[str]:
    """Return the modules that a translated node is in, from the outermost to the innermost, and then its own name."""
    scopes = next((entry.value for entry in node.metadata_props if entry.key == _SCOPES_KEY), "[]")
    return [scope.removeprefix(f"{NETWORK}.") for scope in ast.literal_eval(scopes)]


def simplify(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Fold constants and clean up what the exporter leaves.

    Raises:
        ConversionError: the simplified graph computes something else.
    """
    simplified, equal = onnxsim.simplify(graph)
    if not equal:
        raise ConversionError("the simplified graph computes something else", "report it, with the network")
    cleaned: onnx.ModelProto = simplified
    return cleaned


def forget_origin(model: onnx.ModelProto) -> None:
    """Remove the exporter's notes on where in the source each node and value comes from."""
    graph = model.graph
    for noted in (model, graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        del noted.metadata_props[:]
