"""PyTorch to ONNX: the dynamo exporter, onnxsim, checker and shape inference, metadata; ORT format on request."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16
from onnxruntime.transformers.onnx_model import OnnxModel
from torch import nn

from cloformer import __version__
from cloformer.export.conversion import Conversion, Converted, versions_of
from cloformer.export.deployable import deployable
from cloformer.export.graph.blocks import NORMALIZATION, block_names
from cloformer.export.graph.onnx_graph import OPSET, module_scopes, simplify, translate
from cloformer.export.reference.ranges import beyond_fp16, layer_names
from cloformer.export.stages import Stages
from cloformer.runtimes.bundle.manifest import BLOCKS_KEY, METADATA_KEY
from cloformer.runtimes.onnxruntime.int8 import make_weights_unsigned, products_saturate

from .boxes import append_boxes
from .coreml_provider import report_coreml_provider
from .ort_format import write_ort_format
from .spec import OnnxOptions

Floats = NDArray[np.float32]

_FLOAT32_OPERATORS = [*DEFAULT_OP_BLOCK_LIST, "InstanceNormalization", "AveragePool"]
"""The operators that stay float32 in fp16 files. A normalization sums up to 100,352 squares, and fp16 ends at 65,504;
on ARM64, ONNX Runtime (1.31, 1.32) assigns a missing kernel to an fp16 average pool, and refuses the file."""

_FLOATS = (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16)


def convert(conversion: Conversion, stages: Stages) -> Converted:
    """Write the conversion's .onnx file, and the .ort file where its options ask for one."""
    options = conversion.options(OnnxOptions)
    module = deployable(conversion, stages)
    with stages.stage("trace and translate to ONNX"):
        names, dynamic = conversion.output_names, options.dynamic_batch
        graph = translate(module, conversion.input_shape, OPSET, names, dynamic_batch=dynamic)
        blocks = _find_block_values(graph, block_names(conversion.model))
        nodes = _nodes_by_layer(graph, layer_names(conversion.model))
    with stages.stage("simplify"):
        graph = simplify(graph)
    kept: tuple[str, ...] = ()
    if conversion.request.precision == "fp16":
        kept = beyond_fp16(conversion.ranges, normalization_sums=True)
        with stages.stage("convert to fp16"):
            graph = _to_fp16(graph, [node for layer in kept for node in nodes.get(layer, [])])
    inputs = conversion.input_facts()
    if options.nms and conversion.boxes:
        append_boxes(graph, conversion.boxes, conversion.request.image_size)
    with stages.stage("check and save"):
        _describe(graph, conversion, conversion.embedded_facts(inputs), blocks)
        onnx.checker.check_model(graph, full_check=True)
        onnx.save(onnx.shape_inference.infer_shapes(graph, strict_mode=True), conversion.path)
    extra: dict[str, Path] = {}
    if options.ort_format:
        with stages.stage("convert to ORT format"):
            extra = write_ort_format(conversion.path)
    tools = versions_of("torch", "onnx", "onnxscript", "onnxsim", "onnxruntime")
    return Converted(
        inputs,
        {**tools, "opset": str(OPSET)},
        delegation=report_coreml_provider(conversion.path),
        extra_files=extra,
        kept_fp32=kept,
    )


def convert_network(module: nn.Module, input_shape: tuple[int, ...], _precision: str, path: Path) -> None:
    """Write a wrapped network that is not CloFormer, without rewrites."""
    onnx.save(simplify(translate(module, input_shape, OPSET)), path)


def _to_fp16(graph: onnx.ModelProto, kept_nodes: list[str]) -> onnx.ModelProto:
    """Convert all but ``kept_nodes`` and the normalizations, which are safe in float32 whatever was measured."""
    half = OnnxModel(
        convert_float_to_float16(
            graph, keep_io_types=True, op_block_list=_FLOAT32_OPERATORS, node_block_list=kept_nodes
        )
    )
    # The converter casts a value anew for each kept node that reads it, under the same name,
    casts = {node.output[0]: node for node in half.nodes() if node.op_type == "Cast"}
    half.remove_nodes([node for node in half.nodes() if node.op_type == "Cast" and casts[node.output[0]] is not node])
    half.remove_cascaded_cast_nodes()  # goes through fp16 from one kept node to the next,
    half.topological_sort()  # and appends its casts at the end.
    proto: onnx.ModelProto = half.model
    return proto


def _find_block_values(graph: onnx.ModelProto, blocks: list[str]) -> dict[str, str]:
    """Find the output of each block, which is that of the last node in its scope.

    If the graph normalizes its input, also find the image minus the mean: onnxsim moves the division by the deviation
    into the first convolution.
    """
    producers = {node.output[0]: node for node in graph.graph.node}
    values: dict[str, str] = {}
    for node in graph.graph.node:
        for name in module_scopes(node):
            if name in blocks:
                if not values and node.input[0] in producers:
                    values[NORMALIZATION] = producers[node.input[0]].input[0]
                values[name] = node.output[0]
    return values


def _nodes_by_layer(graph: onnx.ModelProto, layers: list[str]) -> dict[str, list[str]]:
    """Return the names of the nodes that compute each layer; the simplifier keeps them."""
    nodes: dict[str, list[str]] = {}
    for node in graph.graph.node:
        layer = next((scope for scope in reversed(module_scopes(node)) if scope in layers), None)
        if layer is not None:
            nodes.setdefault(layer, []).append(node.name)
    return nodes


def _describe(graph: onnx.ModelProto, conversion: Conversion, facts: str, blocks: dict[str, str]) -> None:
    produced = {name for node in graph.graph.node for name in node.output}
    graph.producer_name = "cloformer"
    graph.producer_version = __version__
    graph.doc_string = f"{conversion.description} (arXiv 2303.17803)"
    kept = {block: value for block, value in blocks.items() if value in produced}
    onnx.helper.set_model_props(graph, {METADATA_KEY: facts, BLOCKS_KEY: json.dumps(kept)})


def block_outputs(conversion: Conversion, path: Path, images: Floats) -> dict[str, Floats] | None:
    """Run the saved file and return the output of each block that it still contains, in float32."""
    graph = onnx.load(path)
    blocks: dict[str, str] = json.loads(
        next((entry.value for entry in graph.metadata_props if entry.key == BLOCKS_KEY), "{}")
    )
    typed = onnx.shape_inference.infer_shapes(graph).graph.value_info
    types = {value.name: value for value in typed if value.type.tensor_type.elem_type in _FLOATS}  # no 8-bit steps
    graph.graph.output.extend(types[value] for value in blocks.values() if value in types)
    if conversion.request.precision == "int8" and products_saturate():
        make_weights_unsigned(graph)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    values = dict(zip(names, session.run(names, {"image": images}), strict=True))
    found = {block: values[value].astype(np.float32) for block, value in blocks.items() if value in values}
    if NORMALIZATION in found:
        found[NORMALIZATION] /= np.array(conversion.preprocessing.std, dtype=np.float32).reshape(1, 3, 1, 1)
    return found
