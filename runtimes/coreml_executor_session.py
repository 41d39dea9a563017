"""The reference executor for ML Programs: .mlpackage folders on a machine without Core ML."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import numpy as np
import torch

from cloformer.model import ConversionError, InputFileError, UsageError

from .coreml_executor import CoreMLExecutorError, CoreMLProgram
from .embedded_facts import parse_facts
from .manifest import METADATA_KEY
from .session import Floats, SessionInfo, check_batch

SUBSTITUTE = "reference executor of this project, not Core ML"


class CoreMLExecutorSession:
    """An .mlpackage, executed operator by operator with PyTorch."""

    def __init__(self, path: Path, backend: str | None, threads: int | None) -> None:
        if backend is not None:
            raise UsageError(
                f"the reference executor has no compute units {backend!r}", "they exist in Core ML, on macOS and iOS"
            )
        self._threads = threads or 1
        try:
            self._program = CoreMLProgram(path)
        except CoreMLExecutorError as error:
            raise InputFileError(f"cannot read {path}: {error}", "export it again") from error
        self.facts = parse_facts(self._program.metadata.get(METADATA_KEY))
        self._input = self._program.inputs[0]
        self._is_image = self._input.kind == "image"
        self._shape = self._input.shape

    def run(self, batch: Floats) -> Floats:
        """Map a batch (N, 3, H, W) in [0, 1] to logits (N, classes)."""
        check_batch(batch, self._shape)
        value = np.rint(batch[0].transpose(1, 2, 0) * 255).astype(np.uint8) if self._is_image else batch
        threads = torch.get_num_threads()
        torch.set_num_threads(self._threads)
        try:
            outputs = self._program.run({self._input.name: value})
        except CoreMLExecutorError as error:
            raise ConversionError(f"the ML Program failed while running: {error}") from error
        finally:
            torch.set_num_threads(threads)
        return np.asarray(outputs["logits"], dtype=np.float32)

    def describe(self) -> SessionInfo:
        """Say who executes."""
        version = metadata.version("coremltools")
        return SessionInfo("ML Program of coremltools", version, "PyTorch CPU", self._threads, SUBSTITUTE)

    def close(self) -> None:
        """Free the program."""
        del self._program
