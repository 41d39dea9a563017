"""What ONNX Runtime's Core ML provider would take of a saved .onnx, as ONNX Runtime's own checker for mobile says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import onnx
from onnxruntime.tools.mobile_helpers.usability_checker import check_coreml_partitions

from cloformer.export.report import DelegationReport

_OPERATORS = "coreml_supported_mlprogram_ops.md"
"""The checker's own list of what the provider makes an ML Program of."""


def report_coreml_provider(path: Path) -> DelegationReport:
    """Count the pieces of the graph that the provider would take, and the operators that it would leave to the CPU."""
    graph = onnx.shape_inference.infer_shapes(onnx.load(path), strict_mode=True)
    found = check_coreml_partitions(graph, True, _OPERATORS)
    outside = Counter(
        node.op_type
        for node in graph.graph.node
        if f"{node.domain or 'ai.onnx'}:{node.op_type}" in found.unsupported_ops
    )
    return DelegationReport(
        backend="ONNX Runtime's Core ML provider",
        partitions=found.num_partitions,
        delegated=found.num_supported_nodes,
        undelegated=dict(sorted(outside.items())),
        reasons=dict.fromkeys(sorted(outside), "the provider has no such operator"),
    )
