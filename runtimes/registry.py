"""Which runtime opens which kind of file: data only, so that a wrong request fails before a heavy import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RuntimeEntry:
    """A runtime.

    Attributes:
        title: its name in tables.
        suffixes: of the artifacts it runs.
        module: where its session class is.
        session: the class.
        package: what must be installed.
        systems: where it exists, as ``sys.platform`` names them; empty: everywhere.
    """

    title: str
    suffixes: tuple[str, ...]
    module: str
    session: str
    package: str
    systems: tuple[str, ...] = ()


RUNTIMES: tuple[RuntimeEntry, ...] = (
    RuntimeEntry("ONNX Runtime", (".onnx", ".ort"), "onnxruntime_session", "OnnxRuntimeSession", "onnxruntime"),
    RuntimeEntry("ExecuTorch", (".pte",), "executorch_session", "ExecuTorchSession", "executorch"),
    RuntimeEntry("Core ML", (".mlpackage",), "coreml_session", "CoreMLSession", "coremltools", ("darwin",)),
    RuntimeEntry(
        "Core ML reference executor",
        (".mlpackage",),
        "coreml_executor_session",
        "CoreMLExecutorSession",
        "coremltools",
    ),
)
"""The first that fits a suffix and this system is the one that is used."""
