"""Where an .onnx file spends its time: ONNX Runtime's own profile by kind of operator, with each kind's throughput."""

from __future__ import annotations

import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before the import: telemetry threads disturb timings

import numpy as np
import onnxruntime

from cloformer.runtimes.onnxruntime.int8 import loadable_model

from .report import OperatorShare

_RUNS = 60

PROFILED = ".onnx"
"""Suffix of the files that can be profiled."""


def operator_times(artifact: Path, size: tuple[int, int]) -> list[OperatorShare]:
    """Profile ``artifact`` with one thread and return its kinds of operators, the slowest first."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_profiling = True
    with tempfile.TemporaryDirectory() as folder:
        options.profile_file_prefix = str(Path(folder) / "profile")
        source = loadable_model(artifact).source
        session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        image = np.random.default_rng(0).random((1, 3, *size), dtype=np.float32)
        for _ in range(_RUNS):
            session.run(None, {session.get_inputs()[0].name: image})
        events = json.loads(Path(session.end_profiling()).read_text("utf-8"))
    return _by_kind([event["args"] | {"us": event["dur"]} for event in events if _is_kernel(event)])


def _is_kernel(event: Mapping[str, Any]) -> bool:
    return bool(event.get("cat") == "Node" and str(event["name"]).endswith("_kernel_time"))


def _by_kind(runs: list[dict[str, Any]]) -> list[OperatorShare]:
    nodes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for run in runs:
        nodes[run["node_index"]].append(run)
    totals: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for node in nodes.values():
        kind, multiply_adds = _describe(node[0])
        totals[kind].append((float(np.percentile([run["us"] for run in node], 5)) / 1e3, multiply_adds))
    everything = sum(milliseconds for times in totals.values() for milliseconds, _ in times)
    found = []
    for kind, times in totals.items():
        milliseconds, multiply_adds = sum(time for time, _ in times), sum(macs for _, macs in times)
        found.append(
            OperatorShare(
                kind=kind,
                count=len(times),
                milliseconds=milliseconds,
                share=milliseconds / everything,
                multiply_adds=multiply_adds,
                gmacs_per_second=multiply_adds / milliseconds / 1e6 if multiply_adds else None,
            )
        )
    return sorted(found, key=lambda each: -each.milliseconds)


def _describe(run: dict[str, Any]) -> tuple[str, int]:
    """Return the kind of a node and its multiply-adds; convolutions are distinguished by their kernels."""
    inputs = [shape for tensor in run["input_type_shape"] for shape in tensor.values()]
    outputs = [shape for tensor in run["output_type_shape"] for shape in tensor.values()]
    name = str(run["op_name"])
    if name == "Conv":
        _, channels, height, width = inputs[1]
        kernel = "depthwise" if channels == 1 else f"{height}x{width}"
        return f"Conv {kernel}", int(np.prod(outputs[0])) * channels * height * width
    if name.endswith("MatMul"):
        left, right, out = (int(np.prod(shape)) for shape in (inputs[0], inputs[1], outputs[0]))
        batch = int(np.prod(outputs[0][:-2]))
        return name, round(
            (left * right * out / batch) ** 0.5
        )  # (m k)(k n)(m n) = (m n k)^2, for each matrix of the batch
    return name, 0
