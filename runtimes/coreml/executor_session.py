"""Running .mlpackage folders in the reference executor, on machines without Core ML."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import numpy as np

from cloformer.model import ConversionError, InputFileError, UsageError
from cloformer.runtimes.bundle.embedded_facts import parse_facts
from cloformer.runtimes.bundle.manifest import METADATA_KEY
from cloformer.runtimes.pytorch.threads import torch_threads
from cloformer.runtimes.session import Floats, Session, SessionInfo, output_names

from .executor import CoreMLExecutorError, CoreMLProgram, InputFeature
from .pixels import to_pixels
from .spec import EXECUTOR

SUBSTITUTE = "reference executor of this project, not Core ML"


class CoreMLExecutorSession(Session):
    """An .mlpackage, executed operator by operator with PyTorch."""

    def __init__(self, path: Path, backend: str | None, threads: int | None) -> None:
        if backend not in (None, EXECUTOR):
            raise UsageError(
                f"the reference executor has no compute units {backend!r}", "only Core ML on macOS and iOS has them"
            )
        self._threads = threads or 1
        try:
            self._program = CoreMLProgram(path)
        except CoreMLExecutorError as error:
            raise InputFileError(f"cannot read {path}: {error}", "export it again") from error
        facts = parse_facts(self._program.metadata.get(METADATA_KEY))
        self._input = _image_input(self._program, path, output_names(facts))
        super().__init__(facts, self._input.shape)

    def describe(self) -> SessionInfo:
        """Return what executes the artifact: this project's reference executor."""
        version = metadata.version("coremltools")
        return SessionInfo("ML Program of coremltools", version, "PyTorch CPU", self._threads, SUBSTITUTE)

    def _run(self, batch: Floats) -> list[Floats]:
        value = to_pixels(batch) if self._input.kind == "image" else batch
        try:
            with torch_threads(self._threads):
                outputs = self._program.run({self._input.name: value})
        except CoreMLExecutorError as error:
            raise ConversionError(f"the ML Program failed while running: {error}") from error
        return [np.asarray(outputs[name], dtype=np.float32) for name in self.output_names]

    def _free(self) -> None:
        del self._program


def _image_input(program: CoreMLProgram, path: Path, names: Sequence[str]) -> InputFeature:
    """Return the only input of a network that accepts images and returns at least the outputs ``names``.

    Raises:
        InputFileError: the program has other inputs or outputs.
    """
    outputs = [output.name for output in program.outputs]
    if len(program.inputs) != 1 or len(program.inputs[0].shape) != 4 or not set(names) <= set(outputs):
        takes = ", ".join(f"{value.name}: {value.dtype} {value.shape}" for value in program.inputs) or "no input"
        raise InputFileError(
            f"{path} is not a CloFormer model: it takes {takes} and returns {', '.join(outputs)}",
            "use a file from cloformer-export",
        )
    return program.inputs[0]
