"""Running .qnn.onnx files, which contain a graph compiled for one SoC, on Qualcomm's HTP or in its simulator."""

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
"""The type of the operator that contains a compiled graph as an attribute."""

_BACKEND = "htp"


class QnnSession(Session):
    """A compiled graph on the HTP or in its simulator; ``threads`` is ignored, because the runtime decides."""

    def __init__(self, path: Path, backend: str | None, threads: int | None) -> None:
        del threads
        if backend not in (None, _BACKEND):
            raise UsageError(
                f"Qualcomm's runtime has no backend {backend!r} here", f"omit the backend, or use {_BACKEND}"
            )
        _check_compiled(path)
        try:
            self._session = htp_session(str(path), {}, {})
        except Exception as error:
            # ONNX Runtime generates an exception type per status code; their only common base is Exception.
            raise InputFileError(
                f"Qualcomm's runtime cannot load {path}: {first_line(error)}", "export it again"
            ) from error
        facts = parse_facts(self._session.get_modelmeta().custom_metadata_map.get(METADATA_KEY))
        self._input = image_input(self._session, path, output_names(facts))
        super().__init__(facts, tuple(self._input.shape))

    def describe(self) -> SessionInfo:
        """Return what executes the artifact: the HTP or its simulator."""
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
    """Reject a file without a compiled graph: the provider would start compiling it, for an arbitrary SoC."""
    try:
        graph = onnx.load(path).graph
    except DecodeError as error:
        raise InputFileError(f"{path} is not an ONNX file", "export it again") from error
    if not any(node.op_type == EP_CONTEXT for node in graph.node):
        raise InputFileError(f"{path} contains no compiled graph", "use a file from cloformer-export --target qnn")
