"""One interface for every runtime: a batch in, logits or a dense task's outputs out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cloformer.model import UsageError
from cloformer.runtimes.bundle.manifest import EmbeddedFacts

from .check_batch import BatchShape, check_batch, check_values
from .processor import processor_name

Floats = NDArray[np.float32]

LOGITS = "logits"
"""The name of every classifier's output."""


@dataclass(frozen=True)
class SessionInfo:
    """The software and hardware that execute an artifact.

    Attributes:
        runtime: the runtime's name, such as ``ONNX Runtime``.
        version: the version of the runtime's package.
        backend: the backend inside the runtime.
        threads: the number of CPU threads it may use; None if the runtime decides.
        substitute: a description of what replaces the phone's own runtime; None if this is that runtime.
        int8_kernels: the instructions that multiply 8-bit integers; None for float artifacts.
        device: the processor that computed the numbers.
    """

    runtime: str
    version: str
    backend: str
    threads: int | None
    substitute: str | None = None
    int8_kernels: str | None = None
    device: str = field(default_factory=processor_name)


class Session(ABC):
    """An open artifact, and a context manager that closes it.

    A runtime's session opens the artifact in its ``__init__`` and implements ``_run``, ``_free`` and ``describe``.

    Attributes:
        facts: the facts stored in the artifact, or None if there are none.
        shape: the shape N, 3, H, W of a batch; None means any length.
        output_names: the names of the outputs, in the network's order.
        concurrency: the number of batches that may run at once, for runtimes that run a batch on one thread.
    """

    concurrency = 1

    def __init__(self, facts: EmbeddedFacts | None, shape: BatchShape) -> None:
        self.facts = facts
        self.shape = shape
        self.output_names = output_names(facts)
        self._closed = False

    def run(self, batch: Floats) -> Floats:
        """Run a batch (N, 3, H, W), as the artifact's input facts describe it, and return the first output.

        For a classifier these are the logits (N, classes).

        Raises:
            UsageError: the batch does not fit this artifact, or the session is closed.
            ConversionError: the runtime failed.
        """
        return self.run_all(batch)[self.output_names[0]]

    def run_all(self, batch: Floats) -> dict[str, Floats]:
        """Run a batch as ``run`` does, and return output name -> output for every output."""
        if self._closed:
            raise UsageError("this session is closed", "open the artifact again")
        check_batch(batch, self.shape)
        check_values(batch, in_unit_range=self.facts is not None and self.facts.input.normalization_in_graph)
        outputs = self._run(np.require(batch, requirements=["C", "W"]))  # PyTorch rejects read-only memory
        return dict(zip(self.output_names, outputs, strict=True))

    def close(self) -> None:
        """Free the runtime's memory; the session cannot be used afterwards. Closing it again does nothing."""
        if not self._closed:
            self._closed = True
            self._free()

    @abstractmethod
    def describe(self) -> SessionInfo:
        """Return what executes the artifact: runtime, version, backend and threads."""

    @abstractmethod
    def _run(self, batch: Floats) -> Sequence[Floats]:
        """Run a checked, contiguous batch and return the outputs in the order of ``output_names``."""

    @abstractmethod
    def _free(self) -> None:
        """Free the runtime's memory."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def output_names(facts: EmbeddedFacts | None) -> tuple[str, ...]:
    """Return the names of an artifact's outputs; without facts it is assumed to be a classifier."""
    return tuple(output.name for output in facts.outputs) if facts else (LOGITS,)


def run_in_batches(session: Session, images: Floats, batch_size: int | None) -> Floats:
    """Run any number of images through a session of fixed batch size, and return its first output."""
    return run_all_in_batches(session, images, batch_size)[session.output_names[0]]


def run_all_in_batches(session: Session, images: Floats, batch_size: int | None) -> dict[str, Floats]:
    """Run images as ``run_in_batches`` does, and return output name -> output for outputs with one row per image.

    The last batch is padded with its last image.
    """
    names = [name for name in session.output_names if name not in _kept_back(session.facts)]
    if batch_size is None:
        return session.run_all(images)

    def run_from(start: int) -> dict[str, Floats]:
        chunk = images[start : start + batch_size]
        padding = np.repeat(chunk[-1:], batch_size - len(chunk), axis=0)
        outputs = session.run_all(np.concatenate([chunk, padding]))
        return {name: outputs[name][: len(chunk)] for name in names}

    starts = range(0, len(images), batch_size)
    if session.concurrency == 1:
        parts = [run_from(start) for start in starts]
    else:
        with ThreadPoolExecutor(session.concurrency) as threads:
            parts = list(threads.map(run_from, starts))
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def _kept_back(facts: EmbeddedFacts | None) -> list[str]:
    """Return the names of outputs with one row per object, which cannot be split by image."""
    return [output.name for output in facts.outputs if output.kind == "boxes"] if facts else []
