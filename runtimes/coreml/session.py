"""Running .mlpackage folders in Core ML itself, on macOS."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import coremltools
import numpy as np
from coremltools.proto import FeatureTypes_pb2
from PIL import Image

from cloformer.model import ConversionError, InputFileError, UsageError
from cloformer.model.errors import first_line
from cloformer.runtimes.bundle.embedded_facts import parse_facts
from cloformer.runtimes.bundle.manifest import METADATA_KEY
from cloformer.runtimes.session import Floats, Session, SessionInfo

from .pixels import to_pixels
from .spec import EXECUTOR

_COMPUTE_UNITS = {
    "all": coremltools.ComputeUnit.ALL,
    "cpu": coremltools.ComputeUnit.CPU_ONLY,
    "cpu-gpu": coremltools.ComputeUnit.CPU_AND_GPU,
    "cpu-ne": coremltools.ComputeUnit.CPU_AND_NE,
}


class CoreMLSession(Session):
    """An .mlpackage in Core ML, which chooses its own number of threads."""

    def __init__(self, path: Path, backend: str | None, threads: int | None) -> None:
        self._units = backend or "all"
        if self._units not in _COMPUTE_UNITS:
            raise UsageError(
                f"Core ML has no compute units {backend!r}", f"choose one of {', '.join(_COMPUTE_UNITS)}, {EXECUTOR}"
            )
        if threads is not None:
            raise UsageError("Core ML chooses its own number of threads", "omit the thread count")
        try:
            self._model = coremltools.models.MLModel(str(path), compute_units=_COMPUTE_UNITS[self._units])
        except Exception as error:  # Core ML raises plain Exception and RuntimeError
            raise InputFileError(f"Core ML cannot load {path}: {error}", "export it again") from error
        description = self._model.get_spec().description.input[0]
        self._name = description.name
        self._is_image = description.type.WhichOneof("Type") == "imageType"
        super().__init__(
            parse_facts(self._model.user_defined_metadata.get(METADATA_KEY)), _input_shape(description.type)
        )

    def describe(self) -> SessionInfo:
        """Return what executes the artifact: Core ML and its compute units."""
        return SessionInfo("Core ML", metadata.version("coremltools"), self._units, None)

    def _run(self, batch: Floats) -> list[Floats]:
        value: object = Image.fromarray(to_pixels(batch), "RGB") if self._is_image else batch
        try:
            outputs = self._model.predict({self._name: value})
        except Exception as error:  # Core ML raises plain Exception and RuntimeError
            raise ConversionError(f"Core ML failed while running: {first_line(error)}") from error
        return [np.asarray(outputs[name], dtype=np.float32) for name in self.output_names]

    def _free(self) -> None:
        del self._model


def _input_shape(kind: FeatureTypes_pb2.FeatureType) -> tuple[int, ...]:
    if kind.WhichOneof("Type") == "imageType":
        return (1, 3, kind.imageType.height, kind.imageType.width)
    return tuple(kind.multiArrayType.shape)
