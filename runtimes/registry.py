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
        session: the class, or a function that opens one.
        package: what must be installed.
        systems: where it exists, as ``sys.platform`` names them; empty: everywhere.
        backend: by which name of a backend it is asked for where another runtime is used by default.
        extra: the pip extra that brings the package; None where the base installation does.
    """

    title: str
    suffixes: tuple[str, ...]
    module: str
    session: str
    package: str
    systems: tuple[str, ...] = ()
    backend: str | None = None
    extra: str | None = None


EXECUTOR = "executor"
"""What ``--backend`` calls the reference executor, to run an ML Program there on a Mac too."""

PHONE_BACKENDS = ("coreml", "vulkan")
"""ExecuTorch's delegates that only a phone executes."""

RUNTIMES: tuple[RuntimeEntry, ...] = (
    RuntimeEntry("Qualcomm QNN", (".qnn.onnx",), "qnn_session", "QnnSession", "onnxruntime_qnn", extra="qnn"),
    RuntimeEntry("ONNX Runtime", (".onnx", ".ort"), "onnxruntime_session", "OnnxRuntimeSession", "onnxruntime"),
    RuntimeEntry("ExecuTorch", (".pte",), "executorch_session", "ExecuTorchSession", "executorch"),
    RuntimeEntry("Core ML", (".mlpackage",), "coreml_session", "CoreMLSession", "coremltools", ("darwin",)),
    RuntimeEntry(
        "Core ML reference executor",
        (".mlpackage",),
        "coreml_executor_session",
        "CoreMLExecutorSession",
        "coremltools",
        backend=EXECUTOR,
    ),
    RuntimeEntry("Core AI", (".aimodel",), "coreai_session", "CoreAISession", "coreai", extra="coreai"),
    RuntimeEntry("PyTorch", (".safetensors", ".pth", ".pt", ".bin"), "pytorch_session", "open_checkpoint", "torch"),
)
"""The first that fits the end of a file's name and this system is the one that is used."""

FOLDER_SUFFIXES = (".mlpackage", ".aimodel")
"""Artifacts that are folders; any other folder is a bundle."""
