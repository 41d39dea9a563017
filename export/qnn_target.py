"""PyTorch to Qualcomm's HTP: a form that the HTP takes whole, quantised or in fp16, compiled for an SoC."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from torch import nn

from cloformer import __version__
from cloformer.runtimes.htp_socs import HtpSoc
from cloformer.runtimes.manifest import METADATA_KEY
from cloformer.runtimes.qnn_provider import htp_session
from cloformer.runtimes.qnn_session import EP_CONTEXT

from .block_names import Tapped
from .conversion import Conversion, Converted, versions_of
from .deploy_module import DeployModule
from .onnx_graph import IMAGE, forget_origin, module_scopes, simplify, translate
from .options import QnnOptions
from .qnn_compile import compile_for, report_delegation
from .qnn_quantize import quantize
from .quantization.units import unit_of_scopes
from .quantization.weight_rounding import round_weights
from .reference_run import Floats
from .registry import QUANTISED
from .rewrite import apply_form
from .stages import Stages

OPSET = 21
"""The first with GroupNormalization, which the HTP has, and with a quantisation to 16 bits."""


def convert(conversion: Conversion, stages: Stages) -> Converted:
    """Write the conversion's .qnn.onnx file."""
    soc = _soc(conversion)
    with stages.stage("rewrite for the HTP"):
        network = apply_form(conversion.model, conversion.request.form)
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
    options = conversion.request.options
    assert isinstance(options, QnnOptions)
    return options.htp


def _to_graph(network: nn.Module, outputs: list[str], conversion: Conversion, stages: Stages) -> onnx.ModelProto:
    """Translate ``network``, whose outputs are called ``outputs``, in the request's precision."""
    unit = conversion.request.input_kind == "unit"
    module = DeployModule(network, conversion.preprocessing if unit else None).eval()
    quantised = conversion.request.precision in QUANTISED
    if quantised:
        batches = conversion.calibration_batches()
        with stages.stage("round the weights to 8 bits"):
            round_weights(module, np.concatenate(batches))
    with stages.stage("trace and translate to ONNX"):
        graph = translate(module, conversion.input_shape, OPSET, outputs)
        eight_bit = _eight_bit_nodes(graph) if conversion.request.precision == "int8" else set()
        graph = simplify(graph)  # keeps the names of nodes
        forget_origin(graph)
    if not quantised:
        return graph
    with stages.stage("calibrate and quantise"):
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

    A compiled graph keeps its intermediate values to itself, so the saved file cannot be asked; the second goes through
    the same rewrites, calibration and compiler.
    """
    tapped = Tapped(apply_form(conversion.model, conversion.request.form))
    graph = _to_graph(tapped, [*conversion.output_names, *tapped.names], conversion, Stages())
    compiled = compile_for(_soc(conversion), graph, path.parent)
    session = htp_session(compiled.SerializeToString(), {}, {})
    outputs = session.run(tapped.names, {IMAGE: images})
    return dict(zip(tapped.names, outputs, strict=True))
