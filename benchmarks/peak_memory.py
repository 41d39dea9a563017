"""Measuring the peak resident memory of a process that opens one artifact and runs it three times.

Each artifact gets its own process, in which nothing is timed, because processes rarely return memory to the system.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psutil

from cloformer.export.stages import PeakMemory
from cloformer.runtimes.bundle.manifest import Facts

from .child import run_child, serve
from .records.parts import MemoryUse

_RUNS = 3
_METHOD = "resident memory, read every 20 ms"


class MemoryOrder(Facts):
    """The artifact whose memory to measure.

    Attributes:
        shape: input shape (N, 3, H, W).
        backend: backend to pass to ``open_session``.
    """

    artifact: str
    shape: tuple[int, int, int, int]
    backend: str | None = None
    threads: int | None = 1


def peak_memory(order: MemoryOrder) -> MemoryUse:
    """Measure the peak memory of an artifact in a child process.

    Raises:
        CloformerError: the artifact does not open or does not run.
    """
    return run_child(__name__, order, MemoryUse)


def added_megabytes(memory: MemoryUse) -> float:
    """Return the peak in MiB above what the process used with the runtime loaded, before it opened the artifact."""
    return (memory.peak_bytes - memory.before_bytes) / 2**20


def _measure(order: MemoryOrder) -> MemoryUse:
    from cloformer.runtimes import open_session  # noqa: PLC0415 - only the child needs them
    from cloformer.runtimes.opening import import_runtime  # noqa: PLC0415

    import_runtime(Path(order.artifact), order.backend)
    before: int = psutil.Process().memory_info().rss
    with PeakMemory() as memory, open_session(order.artifact, order.backend, order.threads) as session:
        for _ in range(_RUNS):
            session.run(np.zeros(order.shape, dtype=np.float32))
    return MemoryUse(peak_bytes=round(memory.megabytes * 2**20), before_bytes=before, method=_METHOD)


if __name__ == "__main__":
    serve(_measure, MemoryOrder)
