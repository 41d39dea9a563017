"""The order of the jobs: all cases take turns, so that a disturbance affects all of them equally."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cloformer.benchmarks.records import Measurement

from .cases import HostCase

MEMORY = -1
"""Repeat number that stands for the pass that measures memory."""


@dataclass(frozen=True)
class Job:
    """One process to run.

    Attributes:
        repeat: number of the repeat, or ``MEMORY`` to measure memory.
    """

    case: HostCase
    repeat: int


def make_jobs(cases: Sequence[HostCase], known: Sequence[Measurement]) -> list[Job]:
    """Return the remaining jobs: the first repeat of every case, then the second of every case, and memory last."""
    done = {record.case: _done(record) for record in known}
    most = max((case.protocol.repeats for case in cases), default=0)
    rounds = [*range(most), MEMORY]
    return [
        Job(case, turn)
        for turn in rounds
        for case in cases
        if turn < case.protocol.repeats and turn not in done.get(case.id, set())
    ]


def _done(record: Measurement) -> set[int]:
    memory = {MEMORY} if record.memory else set()
    return {repeat.index for repeat in record.repeats} | memory


def seconds_left(jobs: Sequence[Job], took: Sequence[tuple[str, float]]) -> float:
    """Estimate how long ``jobs`` will take, from ``took``: the case and the seconds of each finished job.

    A job is expected to take as long as the last job of its case, or the average if its case has had none.
    """
    if not took:
        return 0.0
    of_case = dict(took)
    average = sum(seconds for _, seconds in took) / len(took)
    return sum(of_case.get(job.case.id, average) for job in jobs)
