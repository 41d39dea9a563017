"""The time that each unit takes in float, from ONNX Runtime's own profile: the most that quantizing it can save."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

import numpy as np
import onnxruntime
from torch import nn

from cloformer.export.graph.onnx_graph import IMAGE, OPSET, module_scopes, translate
from cloformer.export.quantization.units import unit_of_scopes

_RUNS = 20


def measure_units(module: nn.Module, image_size: tuple[int, int]) -> dict[str, float]:
    """Return the milliseconds that each unit of a ``DeployModule`` takes of one inference here, with one thread."""
    graph = translate(module, (1, 3, *image_size), OPSET)
    units = {node.name: unit_of_scopes(module_scopes(node)) for node in graph.graph.node}
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC  # keeps the names of nodes
    options.enable_profiling = True
    image = np.zeros((1, 3, *image_size), dtype=np.float32)
    with tempfile.TemporaryDirectory() as folder:
        options.profile_file_prefix = str(Path(folder) / "profile")
        session = onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
        for _ in range(_RUNS):
            session.run(None, {IMAGE: image})
        events = json.loads(Path(session.end_profiling()).read_text("utf-8"))
    samples: dict[str, list[float]] = defaultdict(list)
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
            samples[event["name"].removesuffix("_kernel_time")].append(event["dur"] / 1e3)
    totals: dict[str, float] = defaultdict(float)
    for name, times in samples.items():
        unit = units.get(name)
        if unit is not None:
            totals[unit] += median(times)
    return dict(totals)
