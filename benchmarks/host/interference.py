"""Recording what else the machine does while samples are taken."""

from __future__ import annotations

import time
from types import TracebackType
from typing import NamedTuple, Self

import psutil

from cloformer.benchmarks.records.parts import Interference

BUSY_CORES = 0.2
"""Average number of cores used by other processes from which on a repeat counts as disturbed."""

BUSY_STEAL = 0.05
"""Share of the time taken by the hypervisor from which on a repeat counts as disturbed."""

_SHORTEST_SECONDS = 0.2
"""Minimum observation time: the system counts in ticks of 10 ms, so shorter periods are extended to this."""


class _Clock(NamedTuple):
    """Clock readings in seconds, each from its own starting point.

    Attributes:
        busy: busy time of all cores, summed.
        own: CPU time of this process on all cores.
    """

    wall: float
    busy: float
    own: float
    stolen: float


class InterferenceWatch:
    """A context that compares what the machine did with what this process did while the context was open.

    Attributes:
        found: the result, available once the context is closed.
    """

    found: Interference

    def __enter__(self) -> Self:
        self._start = _read()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        time.sleep(max(0.0, _SHORTEST_SECONDS - (time.perf_counter() - self._start.wall)))
        self.found = _compare(self._start, _read())


def _read() -> _Clock:
    system = psutil.cpu_times()
    stolen = getattr(system, "steal", 0.0)  # only Linux reports it
    idle = system.idle + getattr(system, "iowait", 0.0) + stolen
    guests = getattr(system, "guest", 0.0) + getattr(system, "guest_nice", 0.0)  # counted as user time too
    own = psutil.Process().cpu_times()
    return _Clock(time.perf_counter(), sum(system) - idle - guests, own.user + own.system, stolen)


def _compare(start: _Clock, end: _Clock) -> Interference:
    wall, busy, own, stolen = (after - before for before, after in zip(start, end, strict=True))
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    frequency = psutil.cpu_freq() if hasattr(psutil, "cpu_freq") else None
    others = max(0.0, (busy - own) / wall)
    share = stolen / (wall * (psutil.cpu_count() or 1))
    return Interference(
        other_cpu_cores=round(others, 3),
        steal_share=round(share, 4),
        frequency_mhz=frequency.current if frequency else None,
        battery_percent=battery.percent if battery else None,
        charging=battery.power_plugged if battery else None,
        busy=others >= BUSY_CORES or share >= BUSY_STEAL,
    )
