"""Binding a process to cores, so that the scheduler does not move it between samples."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from .device import allowed_cores

_TOPOLOGY = Path("/sys/devices/system/cpu")


def choose_cores(threads: int | None, topology: Path = _TOPOLOGY) -> tuple[int, ...] | None:
    """Return one core per thread, on separate physical cores as far as possible, starting with the last core.

    The first core handles most interrupts. The result is None if the system cannot bind processes, if the runtime
    chooses its own threads, or if all cores would be used anyway.
    """
    cores = allowed_cores()
    if not hasattr(os, "sched_setaffinity") or threads is None or threads >= len(cores):
        return None
    own = _one_a_physical_core(reversed(cores), topology)
    chosen = [*own, *(core for core in reversed(cores) if core not in own)][:threads]
    return tuple(sorted(chosen))


def pin(cores: tuple[int, ...] | None) -> None:
    """Bind this process, and the threads that it starts from now on, to ``cores``; do nothing if ``cores`` is None."""
    if cores is not None:
        os.sched_setaffinity(0, cores)


def _one_a_physical_core(cores: Iterable[int], topology: Path) -> list[int]:
    found: dict[str, int] = {}
    for core in cores:
        siblings = topology / f"cpu{core}" / "topology" / "thread_siblings_list"
        found.setdefault(siblings.read_text().strip() if siblings.is_file() else str(core), core)
    return list(found.values())
