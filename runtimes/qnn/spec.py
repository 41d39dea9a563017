"""The declaration of Qualcomm's runtime and the files it opens."""

from __future__ import annotations

from cloformer.runtimes.runtime_spec import RuntimeSpec

SPECS = (
    RuntimeSpec(
        title="Qualcomm QNN",
        suffixes=(".qnn.onnx",),
        module="qnn.session",
        session="QnnSession",
        package="onnxruntime_qnn",
        extra="qnn",
    ),
)
