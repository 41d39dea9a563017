"""What ONNX Runtime's Core ML provider would run of a saved .onnx, according to ONNX Runtime's checker for mobile."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import onnx
from onnxruntime.tools.mobile_helpers.usability_checker import check_coreml_partitions

from cloformer.export.report import DelegationReport

_OPERATORS = "coreml_supported_mlprogram_ops.md"
"""The checker's own list of the operators that the provider converts to an ML Program."""


def report_coreml_provider(path: Path) -> DelegationReport:
    """Count the pieces of the graph that the provider would run, and the operators that would fall back to the CPU."""
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
