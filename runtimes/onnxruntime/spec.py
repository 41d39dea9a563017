"""The declaration of ONNX Runtime and the files it opens."""

from __future__ import annotations

from cloformer.runtimes.runtime_spec import RuntimeSpec

SPECS = (
    RuntimeSpec(
        title="ONNX Runtime",
        suffixes=(".onnx", ".ort"),
        module="onnxruntime.session",
        session="OnnxRuntimeSession",
        package="onnxruntime",
    ),
)
