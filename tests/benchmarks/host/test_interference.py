"""Another busy process is detected, and an idle machine is not reported as busy."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cloformer.benchmarks.host import interference
from cloformer.benchmarks.host.interference import InterferenceWatch, _Clock, _compare
from cloformer.benchmarks.records.parts import Interference

SPIN = "while True: pass"


@contextmanager
def busy_neighbor() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", SPIN])
    time.sleep(0.2)  # until Python has started
    try:
        yield
    finally:
        process.kill()
        process.wait()


def test_a_process_that_spins_is_noticed() -> None:
    with busy_neighbor(), InterferenceWatch() as watch:
        time.sleep(0.5)
    assert watch.found.other_cpu_cores is not None
    assert watch.found.other_cpu_cores > 0.3  # of a core; less than 1 where the tests leave it less
    assert watch.found.busy


def compare(seconds: float, busy: float, own: float, stolen: float) -> Interference:
    return _compare(_Clock(0, 0, 0, 0), _Clock(seconds, busy, own, stolen))


def test_what_the_process_does_itself_is_no_interference() -> None:
    found = compare(seconds=2, busy=4.1, own=4, stolen=0)
    assert found.other_cpu_cores == pytest.approx(0.05)
    assert not found.busy


def test_a_hypervisor_that_takes_the_time_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interference.psutil, "cpu_count", lambda: 2)
    found = compare(seconds=2, busy=2, own=2, stolen=0.4)
    assert found.steal_share == pytest.approx(0.1)
    assert found.busy


def test_what_takes_a_moment_is_watched_beyond_its_end() -> None:
    with busy_neighbor(), InterferenceWatch() as watch:
        pass
    assert watch.found.busy
