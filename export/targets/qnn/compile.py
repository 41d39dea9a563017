"""Compiling an ONNX graph for the HTP of one SoC, and counting what the HTP runs of it.

The result is an ONNX file again, whose one ``EPContext`` node holds the compiled graph. In a quantized graph the first
quantization and the last dequantization stay around it, for the CPU: apps use float32.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import onnx

from cloformer.export.report import DelegationReport
from cloformer.model.errors import DelegationError
from cloformer.runtimes.qnn.provider import htp_session
from cloformer.runtimes.qnn.session import EP_CONTEXT
from cloformer.runtimes.qnn.socs import HtpSoc

_QUANTIZE, _DEQUANTIZE = "QuantizeLinear", "DequantizeLinear"


def compile_for(soc: HtpSoc, graph: onnx.ModelProto, folder: Path) -> onnx.ModelProto:
    """Return ``graph`` compiled; float parts are computed in fp16. ``folder`` is for temporary files.

    Raises:
        DelegationError: the HTP runs nothing of it.
    """
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        path = Path(scratch) / "compiled.onnx"
        settings = {"ep.context_enable": "1", "ep.context_embed_mode": "1", "ep.context_file_path": str(path)}
        options = {"soc_model": str(soc.soc_model), "enable_htp_fp16_precision": str(int(soc.fp16))}
        htp_session(graph.SerializeToString(), settings, options)
        if not path.exists():
            raise DelegationError(f"the HTP of {soc.title} runs no operator of this graph")
        return onnx.load(path)


def report_delegation(graph: onnx.ModelProto, compiled: onnx.ModelProto) -> DelegationReport:
    """Count the pieces of ``graph`` that were compiled, and the operators that fall back to the CPU around them."""
    outside = Counter(node.op_type for node in compiled.graph.node)
    partitions = outside.pop(EP_CONTEXT, 0)
    operators = sum(node.op_type not in (_QUANTIZE, _DEQUANTIZE) for node in graph.graph.node)
    left = sum(count for name, count in outside.items() if name not in (_QUANTIZE, _DEQUANTIZE))
    return DelegationReport(
        backend="Qualcomm's HTP",
        partitions=partitions,
        delegated=operators - left,
        undelegated=dict(sorted(outside.items())),
    )
