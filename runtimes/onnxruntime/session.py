"""Running .onnx and .ort files in ONNX Runtime on this machine."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Since 1.31 the wheel runs telemetry threads, which disturb timings; a benchmark should not phone home anyway.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime

from cloformer.model import ConversionError, InputFileError, MissingPackageError
from cloformer.model.errors import first_line
from cloformer.runtimes.bundle.embedded_facts import parse_facts
from cloformer.runtimes.bundle.manifest import METADATA_KEY
from cloformer.runtimes.session import Floats, Session, SessionInfo, output_names

from .int8 import loadable_model, products_saturate

CPU = "CPUExecutionProvider"

_RECORD_PLACEMENT = "session.record_ep_graph_assignment_info"


class OnnxRuntimeSession(Session):
    """An .onnx or .ort file in ONNX Runtime, with one of the execution providers that the installed package has."""

    def __init__(self, path: Path, backend: str | None, threads: int | None) -> None:
        provider = _find_provider(backend)
        self._threads = threads
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        if provider != CPU:
            options.add_session_config_entry(_RECORD_PLACEMENT, "1")
        if threads is not None:
            options.intra_op_num_threads = threads
            options.inter_op_num_threads = 1
        try:
            model = loadable_model(path)
            self._session = onnxruntime.InferenceSession(model.source, options, providers=[provider])
        except Exception as error:
            # ONNX Runtime generates an exception type per status code; their only common base is Exception.
            raise InputFileError(f"ONNX Runtime cannot load {path}: {first_line(error)}", "export it again") from error
        self._backend = provider if provider == CPU else _placement(self._session, provider)
        self._int8_kernels = model.int8_kernels
        facts = parse_facts(self._session.get_modelmeta().custom_metadata_map.get(METADATA_KEY))
        self._input = image_input(self._session, path, output_names(facts))
        if path.suffix == ".ort" and facts is not None and facts.precision == "int8":
            _check_ort_format(path)
        super().__init__(facts, tuple(length if isinstance(length, int) else None for length in self._input.shape))

    def describe(self) -> SessionInfo:
        """Return what executes the artifact: ONNX Runtime and its execution providers."""
        return SessionInfo(
            "ONNX Runtime",
            onnxruntime.__version__,
            self._backend,
            self._threads,
            int8_kernels=self._int8_kernels,
        )

    def _run(self, batch: Floats) -> list[Floats]:
        try:
            outputs: list[Floats] = self._session.run(list(self.output_names), {self._input.name: batch})
        except Exception as error:
            raise ConversionError(f"ONNX Runtime failed while running: {first_line(error)}") from error
        return outputs

    def _free(self) -> None:
        del self._session


def _check_ort_format(path: Path) -> None:
    """Reject an int8 .ort file, whose weights cannot be made unsigned, on a CPU that would compute it incorrectly."""
    if products_saturate():
        raise MissingPackageError(
            f"on this CPU ONNX Runtime's 8-bit products saturate, so {path.name} would give wrong results",
            "run the .onnx file of the same export, which is adapted while it loads",
        )


def _find_provider(backend: str | None) -> str:
    available = onnxruntime.get_available_providers()
    wanted = (backend or CPU).lower()
    for provider in available:
        if wanted in (provider.lower(), provider.lower().removesuffix("executionprovider")):
            return str(provider)
    raise MissingPackageError(
        f"this ONNX Runtime has no execution provider {backend!r}", f"it has {', '.join(available)}"
    )


def _placement(session: onnxruntime.InferenceSession, provider: str) -> str:
    """Return a text with the number of nodes that ``provider`` runs, and that other providers run.

    Raises:
        MissingPackageError: it runs no node; ONNX Runtime would silently run all of them on the CPU.
    """
    nodes: Counter[str] = Counter()
    for part in session.get_provider_graph_assignment_info():
        nodes[part.ep_name] += len(part.get_nodes())
    own = nodes.pop(provider, 0)
    if own == 0:
        raise MissingPackageError(
            f"{provider} cannot run any node of this graph: ONNX Runtime would run it on {' and '.join(nodes)}",
            "omit the backend, or install what this provider needs",
        )
    return ", ".join([f"{provider} ({own} nodes)", *(f"{name} ({count} nodes)" for name, count in nodes.items())])


def image_input(session: onnxruntime.InferenceSession, path: Path, names: Sequence[str]) -> Any:  # noqa: ANN401 - onnxruntime ships no types
    """Return the only input of a network that accepts images and returns at least the outputs ``names``.

    Raises:
        InputFileError: the graph has other inputs or outputs.
    """
    inputs, outputs = session.get_inputs(), [output.name for output in session.get_outputs()]
    if (
        [value.type for value in inputs] != ["tensor(float)"]
        or len(inputs[0].shape) != 4
        or not set(names) <= set(outputs)
    ):
        takes = ", ".join(f"{value.name}: {value.type} {value.shape}" for value in inputs) or "no input"
        raise InputFileError(
            f"{path} is not a CloFormer model: it takes {takes} and returns {', '.join(outputs)}",
            "use a file from cloformer-export",
        )
    return inputs[0]
