"""Running .aimodel folders in Core AI on this machine.

Core AI itself is part of iOS and macOS 27, and the coreai-core package uses it on a Mac that has it. Elsewhere the
package has its own runtime, which compiles the same program for an interpreter on the CPU.
"""

from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path

from coreai.runtime import _use_os_coreai as is_part_of_system

from cloformer.model import ConversionError, InputFileError, UsageError
from cloformer.model.errors import first_line
from cloformer.runtimes.bundle.embedded_facts import parse_facts
from cloformer.runtimes.bundle.manifest import METADATA_KEY
from cloformer.runtimes.session import Floats, Session, SessionInfo, output_names

from .asset import MainFunction, load_asset, metadata_of

SUBSTITUTE = "Apple's own interpreter in the coreai-core package, not the Core AI of a phone"


class CoreAISession(Session):
    """An .aimodel in Core AI; each batch runs on one thread, and ``threads`` batches run at once."""

    def __init__(self, path: Path, backend: str | None, threads: int | None) -> None:
        if backend is not None:
            raise UsageError(f"Core AI has no backend {backend!r} here", "omit the backend")
        self.concurrency = threads or os.cpu_count() or 1
        asset = load_asset(path)
        try:
            self._main = MainFunction(asset)
        except Exception as error:  # the only common base of the compiler's and the runtime's errors is Exception
            raise InputFileError(f"Core AI cannot load {path}: {first_line(error)}", "export it again") from error
        facts = parse_facts(metadata_of(asset).get(METADATA_KEY))
        if len(self._main.input_shape) != 4 or not set(output_names(facts)) <= set(self._main.output_names):
            raise InputFileError(f"{path} is not a CloFormer model", "use an asset from cloformer-export")
        super().__init__(facts, self._main.input_shape)

    def describe(self) -> SessionInfo:
        """Return what executes the artifact: the system's Core AI or the package's interpreter."""
        backend, substitute = ("macOS", None) if is_part_of_system else ("CPU interpreter", SUBSTITUTE)
        return SessionInfo("Core AI", metadata.version("coreai-core"), backend, self.concurrency, substitute)

    def _run(self, batch: Floats) -> list[Floats]:
        try:
            outputs = self._main(batch)
        except Exception as error:
            raise ConversionError(f"Core AI failed while running: {first_line(error)}") from error
        return [outputs[name] for name in self.output_names]

    def _free(self) -> None:
        del self._main
