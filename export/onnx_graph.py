"""A PyTorch module as an ONNX graph, simplified, without a trace of the machine that made it."""

from __future__ import annotations

import onnx
import onnxsim
import torch
from torch import nn

from cloformer.runtimes.session import LOGITS

IMAGE = "image"


def to_onnx(module: nn.Module, input_shape: tuple[int, ...], opset: int, further_outputs: list[str]) -> onnx.ModelProto:
    """Translate ``module``, which gives the logits and then ``further_outputs``."""
    program = torch.onnx.export(
        module,
        (torch.zeros(input_shape),),
        dynamo=True,
        opset_version=opset,
        input_names=[IMAGE],
        output_names=[LOGITS, *further_outputs],
        external_data=False,
        verbose=False,
    )
    assert program is not None
    graph, equal = onnxsim.simplify(program.model_proto)
    assert equal
    _forget_origin(graph)
    simplified: onnx.ModelProto = graph
    return simplified


def _forget_origin(model: onnx.ModelProto) -> None:
    """Remove what the exporter notes of where in the source each node and value comes from."""
    graph = model.graph
    for noted in (model, graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        del noted.metadata_props[:]
