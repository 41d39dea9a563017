"""ONNX Runtime on this machine: .onnx and .ort files."""

from __future__ import annotations

import os
from pathlib import Path

# The 1.31 wheel runs telemetry threads that disturb timings, and a benchmark has no business phoning home.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime

from cloformer.model import ConversionError, InputFileError, MissingPackageError
from cloformer.model.errors import first_line

from .embedded_facts import parse_facts
from .manifest import METADATA_KEY
from .session import Floats, SessionInfo, check_batch

DEFAULT_BACKEND = "CPUExecutionProvider"


class OnnxRuntimeSession:
    """An .onnx or .ort file in ONNX Runtime."""

    def __init__(self, path: Path, backend: str | None, threads: int | None) -> None:
        self._provider = _find_provider(backend)
        self._threads = threads
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        if threads is not None:
            options.intra_op_num_threads = threads
            options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=[self._provider])
        except Exception as error:
            # Its exception types are generated per status code and share no base but Exception.
            raise InputFileError(f"ONNX Runtime cannot load {path}: {first_line(error)}", "export it again") from error
        self.facts = parse_facts(self._session.get_modelmeta().custom_metadata_map.get(METADATA_KEY))
        inputs = self._session.get_inputs()
        if not inputs:
            raise InputFileError(f"{path} takes no input: it is no image classifier", "give one from cloformer-export")
        self._input = inputs[0]
        self._shape = tuple(length if isinstance(length, int) else None for length in self._input.shape)

    def run(self, batch: Floats) -> Floats:
        """Map a batch (N, 3, H, W) to logits (N, classes)."""
        check_batch(batch, self._shape)
        try:
            logits: Floats = self._session.run(["logits"], {self._input.name: batch})[0]
        except Exception as error:
            raise ConversionError(f"ONNX Runtime failed while running: {first_line(error)}") from error
        return logits

    def describe(self) -> SessionInfo:
        """Say who executes."""
        return SessionInfo("ONNX Runtime", onnxruntime.__version__, self._provider, self._threads)

    def close(self) -> None:
        """Free the session."""
        del self._session


def _find_provider(backend: str | None) -> str:
    available = onnxruntime.get_available_providers()
    wanted = (backend or DEFAULT_BACKEND).lower()
    for provider in available:
        if wanted in (provider.lower(), provider.lower().removesuffix("executionprovider")):
            return str(provider)
    raise MissingPackageError(
        f"this ONNX Runtime has no execution provider {backend!r}", f"it has {', '.join(available)}"
    )
