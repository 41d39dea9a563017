"""PyTorch to Qualcomm's HTP: a form that the HTP runs without fallbacks, quantized or in fp16, compiled for one SoC."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from torch import nn

from cloformer import __version__
from cloformer.export.conversion import Conversion, Converted, versions_of
from cloformer.export.deployable import deploy_module, rewritten_network
from cloformer.export.graph.blocks import Tapped
from cloformer.export.graph.onnx_graph import IMAGE, forget_origin, module_scopes, simplify, translate
from cloformer.export.quantization.units import unit_of_scopes
from cloformer.export.reference.run import Floats
from cloformer.export.stages import Stages
from cloformer.export.target_spec import CALIBRATED
from cloformer.runtimes.bundle.manifest import METADATA_KEY
from cloformer.runtimes.qnn.provider import htp_session
from cloformer.runtimes.qnn.session import EP_CONTEXT
from cloformer.runtimes.qnn.socs import HtpSoc

from .compile import compile_for, report_delegation
from .quantize import quantize
from .spec import QnnOptions
from .weight_rounding import round_weights

OPSET = 21
"""The first opset with GroupNormalization, which the HTP has, and with quantization to 16 bits."""


def convert(conversion: Conversion, stages: Stages) -> Converted:
    """Write the conversion's .qnn.onnx file."""
    soc = _soc(conversion)
    with stages.stage("rewrite for the HTP"):
        network = rewritten_network(conversion)
    graph = _to_graph(network, conversion.output_names, conversion, stages)
    with stages.stage(f"compile for {soc.title}"):
        compiled = compile_for(soc, graph, conversion.path.parent)
    inputs = conversion.input_facts()
    with stages.stage("save"):
        _describe(compiled, conversion, conversion.embedded_facts(inputs))
        onnx.save(compiled, conversion.path)
    tools = versions_of("torch", "onnx", "onnxscript", "onnxsim", "onnxruntime", "onnxruntime-qnn")
    delegation = report_delegation(graph, compiled)
    return Converted(inputs, {**tools, "qnn": _sdk_version(compiled)}, delegation=delegation)


def _soc(conversion: Conversion) -> HtpSoc:
    return conversion.options(QnnOptions).htp


def _to_graph(network: nn.Module, outputs: list[str], conversion: Conversion, stages: Stages) -> onnx.ModelProto:
    """Translate ``network``, whose outputs are called ``outputs``, in the request's precision."""
    module = deploy_module(conversion, network)
    quantized = conversion.request.precision in CALIBRATED
    if quantized:
        batches = conversion.calibration_batches()
        with stages.stage("round the weights to 8 bits"):
            round_weights(module, np.concatenate(batches))
    with stages.stage("trace and translate to ONNX"):
        graph = translate(module, conversion.input_shape, OPSET, outputs)
        eight_bit = _eight_bit_nodes(graph) if conversion.request.precision == "int8" else set()
        graph = simplify(graph)  # keeps the names of nodes
        forget_origin(graph)
    if not quantized:
        return graph
    with stages.stage("calibrate and quantize"):
        return quantize(graph, batches, conversion.path.parent, eight_bit)


def _eight_bit_nodes(graph: onnx.ModelProto) -> set[str]:
    """Return the names of the nodes that ``int8`` computes in 8 bits: those of all units but attention and the head."""
    units = {node.name: unit_of_scopes(module_scopes(node)) for node in graph.graph.node}
    return {name for name, unit in units.items() if unit is not None and not unit.endswith(("attn", "head"))}


def _describe(compiled: onnx.ModelProto, conversion: Conversion, facts: str) -> None:
    compiled.producer_name = "cloformer"
    compiled.producer_version = __version__
    compiled.doc_string = f"{conversion.description} (arXiv 2303.17803), compiled for one SoC"
    compiled.metadata_props.add(key=METADATA_KEY, value=facts)  # beside what the runtime notes of compatibility


def _sdk_version(compiled: onnx.ModelProto) -> str:
    """Return the version of Qualcomm's SDK that compiled the graph; an older one may not load it."""
    node = next(node for node in compiled.graph.node if node.op_type == EP_CONTEXT)
    return next(bytes(attribute.s).decode() for attribute in node.attribute if attribute.name == "ep_sdk_version")


def block_outputs(conversion: Conversion, path: Path, images: Floats) -> dict[str, Floats] | None:
    """Compile the network once more with every block's output beside the logits, and run that.

    A compiled graph gives no access to its intermediate values; the second compilation goes through the same rewrites,
    calibration and compiler.
    """
    tapped = Tapped(rewritten_network(conversion))
    graph = _to_graph(tapped, [*conversion.output_names, *tapped.names], conversion, Stages())
    compiled = compile_for(_soc(conversion), graph, path.parent)
    session = htp_session(compiled.SerializeToString(), {}, {})
    outputs = session.run(tapped.names, {IMAGE: images})
    return dict(zip(tapped.names, outputs, strict=True))
