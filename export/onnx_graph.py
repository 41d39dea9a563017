"""A PyTorch module as an ONNX graph."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import onnx
import onnxsim
import torch
from torch import nn

from cloformer.runtimes.session import LOGITS

from .deploy_module import NETWORK

IMAGE = "image"

_SCOPES_KEY = "pkg.torch.onnx.name_scopes"


def translate(
    module: nn.Module,
    input_shape: tuple[int, ...],
    opset: int,
    outputs: Sequence[str] = (LOGITS,),
    *,
    dynamic_batch: bool = False,
) -> onnx.ModelProto:
    """Translate ``module``, whose outputs are called ``outputs``, as PyTorch's exporter does."""
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
    )
    assert program is not None
    graph: onnx.ModelProto = program.model_proto
    return graph


def module_scopes(node: onnx.NodeProto) -> list[str]:
    """Return the modules that a translated node is in, from the outermost to the innermost, and then its own name."""
    scopes = next((entry.value for entry in node.metadata_props if entry.key == _SCOPES_KEY), "[]")
    return [scope.removeprefix(f"{NETWORK}.") for scope in ast.literal_eval(scopes)]


def simplify(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Fold constants and clean up what the exporter leaves."""
    simplified, equal = onnxsim.simplify(graph)
    assert equal
    cleaned: onnx.ModelProto = simplified
    return cleaned


def forget_origin(model: onnx.ModelProto) -> None:
    """Remove what the exporter notes of where in the source each node and value comes from."""
    graph = model.graph
    for noted in (model, graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        del noted.metadata_props[:]
