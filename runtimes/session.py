"""One interface over every runtime: a batch in, logits out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cloformer.model import UsageError

from .manifest import EmbeddedFacts

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class SessionInfo:
    """Who executes an artifact.

    Attributes:
        runtime: such as ``ONNX Runtime``.
        version: of the runtime's package.
        backend: who executes inside the runtime.
        threads: CPU threads it may use; None where the runtime decides.
        substitute: what stands in for the phone's own runtime, or None where this is that runtime.
    """

    runtime: str
    version: str
    backend: str
    threads: int | None
    substitute: str | None = None


class Session(Protocol):
    """An opened artifact.

    Attributes:
        facts: what the artifact says of itself, or None where it carries nothing.
    """

    facts: EmbeddedFacts | None

    def run(self, batch: Floats) -> Floats:
        """Map a batch (N, 3, H, W), as the artifact's input facts say, to logits (N, classes)."""
        ...

    def describe(self) -> SessionInfo:
        """Say who executes."""
        ...

    def close(self) -> None:
        """Free the runtime's memory; the session cannot be used afterwards."""
        ...


def check_batch(batch: Floats, shape: tuple[int | None, ...]) -> None:
    """Refuse a batch of the wrong type or shape before a runtime sees it; None in ``shape`` takes any length.

    Raises:
        UsageError: says what was given and what is taken.
    """
    if batch.dtype != np.float32:
        raise UsageError(f"the batch is {batch.dtype}; sessions take float32", "convert it with astype('float32')")
    fits = len(batch.shape) == len(shape) and all(
        wanted is None or length == wanted for length, wanted in zip(batch.shape, shape, strict=True)
    )
    if not fits:
        wanted_text = "x".join("N" if length is None else str(length) for length in shape)
        given_text = "x".join(map(str, batch.shape))
        raise UsageError(f"the batch is {given_text}; this artifact takes {wanted_text}")


def run_in_batches(session: Session, images: Floats, batch_size: int | None) -> Floats:
    """Run any number of images through a session of fixed batch size, padding the last batch with its last image."""
    if batch_size is None:
        return session.run(images)
    rows = []
    for start in range(0, len(images), batch_size):
        chunk = images[start : start + batch_size]
        padding = np.repeat(chunk[-1:], batch_size - len(chunk), axis=0)
        rows.append(session.run(np.concatenate([chunk, padding]))[: len(chunk)])
    return np.concatenate(rows)
