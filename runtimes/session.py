"""One interface over every runtime: a batch in, logits or a dense task's outputs out."""

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
"""What every classifier calls its output."""


@dataclass(frozen=True)
class SessionInfo:
    """Who executes an artifact.

    Attributes:
        runtime: such as ``ONNX Runtime``.
        version: of the runtime's package.
        backend: who executes inside the runtime.
        threads: CPU threads it may use; None where the runtime decides.
        substitute: what stands in for the phone's own runtime, or None where this is that runtime.
        int8_kernels: what multiplies 8-bit integers; None for float artifacts.
        device: what the numbers were computed on.
    """

    runtime: str
    version: str
    backend: str
    threads: int | None
    substitute: str | None = None
    int8_kernels: str | None = None
    device: str = field(default_factory=processor_name)


class Session(ABC):
    """An opened artifact. It is its own context manager, which closes it.

    A runtime's session opens the artifact in its ``__init__`` and fills in ``_run``, ``_free`` and ``describe``.

    Attributes:
        facts: what the artifact says of itself, or None where it carries nothing.
        shape: N, 3, H, W of a batch; None takes any length.
        output_names: in the order in which the network gives them.
        concurrency: how many batches it runs at once; for runtimes that run a batch on one thread.
    """

    concurrency = 1

    def __init__(self, facts: EmbeddedFacts | None, shape: BatchShape) -> None:
        self.facts = facts
        self.shape = shape
        self.output_names = output_names(facts)
        self._closed = False

    def run(self, batch: Floats) -> Floats:
        """Map a batch (N, 3, H, W), as the artifact's input facts say, to its first output: logits (N, classes).

        Raises:
            UsageError: the batch is not what this artifact takes, or the session is closed.
            ConversionError: the runtime failed.
        """
        return self.run_all(batch)[self.output_names[0]]

    def run_all(self, batch: Floats) -> dict[str, Floats]:
        """Do the same, and return every output by its name."""
        if self._closed:
            raise UsageError("this session is closed", "open the artifact again")
        check_batch(batch, self.shape)
        check_values(batch, in_unit_range=self.facts is not None and self.facts.input.normalization_in_graph)
        outputs = self._run(np.require(batch, requirements=["C", "W"]))  # PyTorch takes no read-only memory
        return dict(zip(self.output_names, outputs, strict=True))

    def close(self) -> None:
        """Free the runtime's memory; the session cannot be used afterwards. Closing again does nothing."""
        if not self._closed:
            self._closed = True
            self._free()

    @abstractmethod
    def describe(self) -> SessionInfo:
        """Say who executes."""

    @abstractmethod
    def _run(self, batch: Floats) -> Sequence[Floats]:
        """Run a batch that was checked and is contiguous; the outputs are in the order of ``output_names``."""

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
    """Return what an artifact calls its outputs; one that says nothing of itself is taken for a classifier."""
    return tuple(output.name for output in facts.outputs) if facts else (LOGITS,)


def run_in_batches(session: Session, images: Floats, batch_size: int | None) -> Floats:
    """Run any number of images through a session of fixed batch size; returns its first output."""
    return run_all_in_batches(session, images, batch_size)[session.output_names[0]]


def run_all_in_batches(session: Session, images: Floats, batch_size: int | None) -> dict[str, Floats]:
    """Do the same, and return every output that has a row an image; the last batch is padded with its last image."""
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
    """Return the outputs with a row an object."""
    return [output.name for output in facts.outputs if output.kind == "boxes"] if facts else []
