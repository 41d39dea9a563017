"""Timing one repeat of one case in its own process: load cold, load warm, warm up, take samples."""

from __future__ import annotations

import gc
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from cloformer.benchmarks.child import run_child, serve
from cloformer.benchmarks.records.parts import LoadTimes, Protocol, Repeat, ThermalState
from cloformer.runtimes.bundle.manifest import Facts
from cloformer.runtimes.opening import import_runtime, open_artifact
from cloformer.runtimes.session import Floats, Session

from .interference import InterferenceWatch
from .pinning import pin
from .thermal import thermal_reader

_SEED = 0


class TimingOrder(Facts):
    """The repeat to time.

    Attributes:
        shape: input shape (N, 3, H, W); the input is filled with uniform random numbers in [0, 1).
        backend: backend to pass to ``open_session``.
        index: number of the repeat.
    """

    artifact: str
    shape: tuple[int, int, int, int]
    backend: str | None
    threads: int | None
    protocol: Protocol
    index: int


def time_repeat(order: TimingOrder) -> Repeat:
    """Time one repeat in a child process.

    Raises:
        CloformerError: the artifact does not open or does not run.
    """
    return run_child(__name__, order, Repeat)


def _time(order: TimingOrder) -> Repeat:
    pin(order.protocol.pinned)
    artifact = Path(order.artifact)
    image = np.random.default_rng(_SEED).random(order.shape, dtype=np.float32)
    import_runtime(artifact, order.backend)
    started = datetime.now(UTC)
    with InterferenceWatch() as watch:
        evicted = _evict(artifact)
        cold, session = _open(artifact, order)
        session.close()
        warm, session = _open(artifact, order)
        with session:
            first = _elapsed(session, image, checked=True)
            for _ in range(order.protocol.warm_up - 1):
                _elapsed(session, image)
            samples, states = _sample(session, image, order.protocol)
    return Repeat(
        index=order.index,
        started=started,
        load=LoadTimes(cold_ns=cold, warm_ns=warm, file_cache="evicted" if evicted else "as it was"),
        first_inference_ns=first,
        samples_ns=tuple(samples),
        thermal=tuple(states) or None,
        interference=watch.found,
    )


def _open(artifact: Path, order: TimingOrder) -> tuple[int, Session]:
    start = time.perf_counter_ns()
    session = open_artifact(artifact, order.backend, order.threads)
    return time.perf_counter_ns() - start, session


def _elapsed(session: Session, image: Floats, *, checked: bool = False) -> int:
    # ``run`` checks the batch first, which takes a tenth of a small network's time: checking once is enough.
    run = session.run if checked else session._run
    start = time.perf_counter_ns()
    run(image)
    return time.perf_counter_ns() - start


def _sample(session: Session, image: Floats, protocol: Protocol) -> tuple[list[int], list[ThermalState]]:
    read = thermal_reader()
    samples: list[int] = []
    states = [read()] if read else []
    gc.collect()
    gc.disable()
    total = 0
    while len(samples) < protocol.samples or total < protocol.seconds * 1e9:
        samples.append(_elapsed(session, image))
        total += samples[-1]
        if read:
            states.append(read())
    gc.enable()
    return samples, states


def _evict(artifact: Path) -> bool:
    """Ask the system to evict its cached copy of the file, and return whether this system supports that."""
    if not hasattr(os, "posix_fadvise"):  # macOS, Windows
        return False
    files = [artifact] if artifact.is_file() else [path for path in artifact.rglob("*") if path.is_file()]
    for path in files:
        with path.open("rb") as file:
            os.fsync(file.fileno())  # pages that are not on disk yet cannot be evicted
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return True


if __name__ == "__main__":
    serve(_time, TimingOrder)
