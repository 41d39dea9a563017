"""Core ML itself, on macOS: .mlpackage folders."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import coremltools
import numpy as np
from PIL import Image

from cloformer.model import InputFileError, UsageError

from .embedded_facts import parse_facts
from .manifest import METADATA_KEY
from .session import Floats, SessionInfo, check_batch

_COMPUTE_UNITS = {
    "all": coremltools.ComputeUnit.ALL,
    "cpu": coremltools.ComputeUnit.CPU_ONLY,
    "cpu-gpu": coremltools.ComputeUnit.CPU_AND_GPU,
    "cpu-ne": coremltools.ComputeUnit.CPU_AND_NE,
}


class CoreMLSession:
    """An .mlpackage in Core ML; ``threads`` is Core ML's own affair."""

    def __init__(self, path: Path, backend: str | None, threads: int | None) -> None:
        self._units = backend or "all"
        if self._units not in _COMPUTE_UNITS:
            raise UsageError(f"Core ML has no compute units {backend!r}", f"choose {', '.join(_COMPUTE_UNITS)}")
        if threads is not None:
            raise UsageError("Core ML chooses its own number of threads", "leave the thread count out")
        try:
            self._model = coremltools.models.MLModel(str(path), compute_units=_COMPUTE_UNITS[self._units])
        except Exception as error:  # Core ML's errors arrive as plain Exception and RuntimeError
            raise InputFileError(f"Core ML cannot load {path}: {error}", "export it again") from error
        self.facts = parse_facts(self._model.user_defined_metadata.get(METADATA_KEY))
        description = self._model.get_spec().description.input[0]
        self._is_image = description.type.WhichOneof("Type") == "imageType"
        self._name = description.name
        if self._is_image:
            image = description.type.imageType
            self._shape: tuple[int, ...] = (1, 3, image.height, image.width)
        else:
            self._shape = tuple(description.type.multiArrayType.shape)

    def run(self, batch: Floats) -> Floats:
        """Map a batch (N, 3, H, W) in [0, 1] to logits (N, classes)."""
        check_batch(batch, self._shape)
        value: object = batch
        if self._is_image:
            pixels = np.rint(batch[0].transpose(1, 2, 0) * 255).astype(np.uint8)
            value = Image.fromarray(pixels, "RGB")
        outputs = self._model.predict({self._name: value})
        return np.asarray(outputs["logits"], dtype=np.float32).reshape(len(batch), -1)

    def describe(self) -> SessionInfo:
        """Say who executes."""
        return SessionInfo("Core ML", metadata.version("coremltools"), self._units, None)

    def close(self) -> None:
        """Free the model."""
        del self._model
