"""Qualcomm's HTP on this machine: .qnn.onnx files, which hold a graph that is compiled for one SoC."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError

from cloformer.model import ConversionError, InputFileError, UsageError
from cloformer.model.errors import first_line
from cloformer.runtimes.bundle.embedded_facts import parse_facts
from cloformer.runtimes.bundle.manifest import METADATA_KEY
from cloformer.runtimes.onnxruntime.session import image_input
from cloformer.runtimes.session import Floats, Session, SessionInfo, output_names

from .provider import IS_SIMULATOR, htp_session

SUBSTITUTE = "Qualcomm's HTP simulator on this machine's CPU, not the NPU of a phone"

EP_CONTEXT = "EPContext"
"""The operator whose attribute is a compiled graph."""

_BACKEND = "htp"


class QnnSession(Session):
    """A compiled graph on the HTP, or in its simulator; ``threads`` is the runtime's own matter."""

    def __init__(self, path: Path, backend: str | None, threads: int | None) -> None:
        del threads
        if backend not in (None, _BACKEND):
            raise UsageError(f"Qualcomm's runtime has no backend {backend!r} here", f"omit it, or give {_BACKEND}")
        _check_compiled(path)
        try:
            self._session = htp_session(str(path), {}, {})
        except Exception as error:
            # Its exception types are generated per status code and share no base but Exception.
            raise InputFileError(
                f"Qualcomm's runtime cannot load {path}: {first_line(error)}", "export it again"
            ) from error
        facts = parse_facts(self._session.get_modelmeta().custom_metadata_map.get(METADATA_KEY))
        self._input = image_input(self._session, path, output_names(facts))
        super().__init__(facts, tuple(self._input.shape))

    def describe(self) -> SessionInfo:
        """Say who executes."""
        backend = (self.facts and self.facts.backend) or _BACKEND
        substitute = SUBSTITUTE if IS_SIMULATOR else None
        return SessionInfo("Qualcomm QNN", metadata.version("onnxruntime-qnn"), backend, None, substitute)

    def _run(self, batch: Floats) -> list[Floats]:
        try:
            outputs: list[Floats] = self._session.run(list(self.output_names), {self._input.name: batch})
        except Exception as error:
            raise ConversionError(f"Qualcomm's runtime failed while running: {first_line(error)}") from error
        return outputs

    def _free(self) -> None:
        del self._session


def _check_compiled(path: Path) -> None:
    """Refuse what holds no compiled graph: the provider would set about compiling it, for whatever SoC."""
    try:
        graph = onnx.load(path).graph
    except DecodeError as error:
        raise InputFileError(f"{path} is no ONNX file", "export it again") from error
    if not any(node.op_type == EP_CONTEXT for node in graph.node):
        raise InputFileError(f"{path} holds no compiled graph", "give one from cloformer-export --target qnn")
