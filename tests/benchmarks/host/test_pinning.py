"""The cores that a process is bound to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cloformer.benchmarks.host import pinning
from cloformer.benchmarks.host.pinning import choose_cores, pin

needs_affinity = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no processes")


@pytest.fixture
def topology(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A topology of two physical cores with two threads each: 0 with 2, and 1 with 3."""
    monkeypatch.setattr(pinning, "allowed_cores", lambda: (0, 1, 2, 3))
    for core in range(4):
        folder = tmp_path / f"cpu{core}" / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(f"{core % 2},{core % 2 + 2}\n")
    return tmp_path


@needs_affinity
@pytest.mark.parametrize(
    ("threads", "cores"), [(1, (3,)), (2, (2, 3)), (3, (1, 2, 3)), (4, None), (5, None), (None, None)]
)
def test_threads_get_physical_cores_first_and_the_last_ones(
    topology: Path, threads: int | None, cores: tuple[int, ...] | None
) -> None:
    assert choose_cores(threads, topology) == cores


@needs_affinity
def test_siblings_are_taken_last(topology: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinning, "allowed_cores", lambda: (1, 2, 3))  # 1 and 3 are one physical core
    assert choose_cores(2, topology) == (2, 3)


@needs_affinity
def test_a_process_is_bound() -> None:
    before = os.sched_getaffinity(0)
    try:
        pin((max(before),))
        assert os.sched_getaffinity(0) == {max(before)}
    finally:
        os.sched_setaffinity(0, before)
