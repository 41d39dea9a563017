"""Running .pte files in ExecuTorch's own runtime on this machine."""

from __future__ import annotations

import struct
import weakref
from importlib import metadata
from pathlib import Path

import torch
from executorch.extension.pybindings import portable_lib

from cloformer.model import ConversionError, InputFileError, MissingPackageError
from cloformer.runtimes.bundle.embedded_facts import parse_facts
from cloformer.runtimes.bundle.manifest import METADATA_KEY
from cloformer.runtimes.int8_instructions import int8_instructions
from cloformer.runtimes.session import Floats, Session, SessionInfo

from .threads import hold_pool, release_pool

_HEADER = struct.Struct("<I4s")
"""The start of a flatbuffer: the offset of its root table and a file identifier, which begins with ET here."""


class ExecuTorchSession(Session):
    """A .pte file in ExecuTorch's portable runtime with the XNNPACK delegate."""

    def __init__(self, path: Path, backend: str | None, threads: int | None) -> None:
        if backend not in (None, "xnnpack"):
            raise MissingPackageError(
                f"this ExecuTorch build cannot run {backend!r}",
                "the Python package runs XNNPACK; omit the backend",
            )
        _check_header(path)
        self._threads = hold_pool(threads)
        try:
            self._module = portable_lib._load_for_executorch(str(path))
            names = self._module.method_names()
            text = self._module.run_method(METADATA_KEY, [])[0] if METADATA_KEY in names else None
            sizes = self._module.method_meta("forward").input_tensor_meta(0).sizes()
        except RuntimeError as error:
            release_pool()
            raise InputFileError(
                f"ExecuTorch cannot load {path}: {_first_line(error)}",
                "export it again; a .pte for another backend only runs on the phone",
            ) from error
        self._release = weakref.finalize(self, release_pool)  # also if the session is never closed
        super().__init__(parse_facts(text), tuple(sizes))

    def describe(self) -> SessionInfo:
        """Return what executes the artifact: ExecuTorch with XNNPACK."""
        quantized = self.facts is not None and self.facts.precision == "int8"
        return SessionInfo(
            "ExecuTorch",
            metadata.version("executorch"),
            "xnnpack",
            self._threads,
            int8_kernels=int8_instructions() if quantized else None,
        )

    def _run(self, batch: Floats) -> list[Floats]:
        try:
            outputs = self._module.forward([torch.from_numpy(batch)])
        except RuntimeError as error:
            raise ConversionError(f"ExecuTorch failed while running: {_first_line(error)}") from error
        return [output.numpy().copy() for output in outputs]

    def _free(self) -> None:
        del self._module
        self._release()


def _check_header(path: Path) -> None:
    """Reject a file that is not a flatbuffer: the runtime trusts every offset, so garbage would crash the process."""
    with path.open("rb") as file:
        try:
            root, identifier = _HEADER.unpack(file.read(_HEADER.size))
            file.seek(root)
            fields = root - struct.unpack("<i", file.read(4))[0]
            file.seek(fields)
            length = struct.unpack("<H", file.read(2))[0]
        except (struct.error, OSError):
            identifier = b""
        if not identifier.startswith(b"ET") or length < 4 or fields + length > path.stat().st_size:
            raise InputFileError(f"{path} is not an ExecuTorch program", "export it again")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
