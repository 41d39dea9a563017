"""One interface over every runtime: a batch in, logits out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cloformer.model import UsageError

from .check_batch import BatchShape, check_batch, check_values
from .manifest import EmbeddedFacts
from .processor import processor_name

Floats = NDArray[np.float32]

LOGITS = "logits"
"""What every artifact calls its output."""


@dataclass(frozen=True)
class SessionInfo:
    """Who executes an artifact.

    Attributes:
        runtime: such as ``ONNX Runtime``.
        version: of the runtime's package.
        backend: who executes inside the runtime.
        threads: CPU threads it may use; None where the runtime decides.
        substitute: what stands in for the phone's own runtime, or None where this is that runtime.
        device: what the numbers were computed on.
    """

    runtime: str
    version: str
    backend: str
    threads: int | None
    substitute: str | None = None
    device: str = field(default_factory=processor_name)


class Session(ABC):
    """An opened artifact. It is its own context manager, which closes it.

    A runtime's session opens the artifact in its ``__init__`` and fills in ``_run``, ``_free`` and ``describe``.

    Attributes:
        facts: what the artifact says of itself, or None where it carries nothing.
        shape: N, 3, H, W of a batch; None takes any length.
        concurrency: how many batches it runs at once; for runtimes that run a batch on one thread.
    """

    concurrency = 1

    def __init__(self, facts: EmbeddedFacts | None, shape: BatchShape) -> None:
        self.facts = facts
        self.shape = shape
        self._closed = False

    def run(self, batch: Floats) -> Floats:
        """Map a batch (N, 3, H, W), as the artifact's input facts say, to logits (N, classes).

        Raises:
            UsageError: the batch is not what this artifact takes, or the session is closed.
            ConversionError: the runtime failed.
        """
        if self._closed:
            raise UsageError("this session is closed", "open the artifact again")
        check_batch(batch, self.shape)
        check_values(batch, in_unit_range=self.facts is not None and self.facts.input.normalization_in_graph)
        return self._run(np.require(batch, requirements=["C", "W"]))  # PyTorch takes no read-only memory

    def close(self) -> None:
        """Free the runtime's memory; the session cannot be used afterwards. Closing again does nothing."""
        if not self._closed:
            self._closed = True
            self._free()

    @abstractmethod
    def describe(self) -> SessionInfo:
        """Say who executes."""

    @abstractmethod
    def _run(self, batch: Floats) -> Floats:
        """Run a batch that was checked and is contiguous."""

    @abstractmethod
    def _free(self) -> None:
        """Free the runtime's memory."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def run_in_batches(session: Session, images: Floats, batch_size: int | None) -> Floats:
    """Run any number of images through a session of fixed batch size, padding the last batch with its last image."""
    if batch_size is None:
        return session.run(images)

    def run_from(start: int) -> Floats:
        chunk = images[start : start + batch_size]
        padding = np.repeat(chunk[-1:], batch_size - len(chunk), axis=0)
        return session.run(np.concatenate([chunk, padding]))[: len(chunk)]

    starts = range(0, len(images), batch_size)
    if session.concurrency == 1:
        return np.concatenate([run_from(start) for start in starts])
    with ThreadPoolExecutor(session.concurrency) as threads:
        return np.concatenate(list(threads.map(run_from, starts)))
