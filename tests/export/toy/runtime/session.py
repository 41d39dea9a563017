"""Running toys in PyTorch."""

from __future__ import annotations

from pathlib import Path

import torch

from cloformer.runtimes.bundle.embedded_facts import parse_facts
from cloformer.runtimes.bundle.manifest import METADATA_KEY
from cloformer.runtimes.session import Floats, Session, SessionInfo


class ToySession(Session):
    """An opened toy."""

    def __init__(self, path: Path, _backend: str | None, threads: int | None) -> None:
        found = {METADATA_KEY: ""}
        self._module = torch.export.load(path, extra_files=found).module()
        self._threads = threads
        facts = parse_facts(found[METADATA_KEY])
        super().__init__(facts, facts.input.shape if facts else (None, 3, None, None))

    def describe(self) -> SessionInfo:
        """Say who executes."""
        return SessionInfo("Toy Runtime", torch.__version__, "cpu", self._threads)

    @torch.no_grad()
    def _run(self, batch: Floats) -> list[Floats]:
        return [self._module(torch.from_numpy(batch)).numpy()]

    def _free(self) -> None:
        del self._module
