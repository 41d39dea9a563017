"""The stages of an export: their times, and the memory of the process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

import psutil

StageListener = Callable[[str, float | None], None]
"""A function that is called with a stage's name when it starts (seconds None) and when it ends."""

_SAMPLE_SECONDS = 0.02


class Stages:
    """Records how long each named stage of an export takes.

    Attributes:
        seconds: per finished stage, in order.
        current: the stage that is running, or that failed.
    """

    def __init__(self, listener: StageListener | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self.current = ""
        self._listener = listener or (lambda _name, _seconds: None)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage; a stage that fails is not recorded."""
        self.current = name
        self._listener(name, None)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)
        self._listener(name, self.seconds[name])

    def progress(self, detail: str) -> None:
        """Say how far the running stage is."""
        self._listener(f"{self.current}: {detail}", None)


class PeakMemory:
    """Samples resident memory, by default that of this process, while the context is open.

    Attributes:
        megabytes: the largest value seen, in MiB.
    """

    def __init__(self, measure: Callable[[], int] | None = None) -> None:
        self.megabytes = 0.0
        self._measure = measure or _own_memory()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def _sample(self) -> None:
        while True:
            self.megabytes = max(self.megabytes, self._measure() / 2**20)
            if self._done.wait(_SAMPLE_SECONDS):
                return

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()


def _own_memory() -> Callable[[], int]:
    process = psutil.Process()
    return lambda: int(process.memory_info().rss)
