"""The order of the work: all cases take turns, so that a disturbance meets all of them alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cloformer.benchmarks.records import Measurement

from .cases import HostCase

MEMORY = -1
"""The repeat's place of the pass that weighs a case."""


@dataclass(frozen=True)
class Job:
    """One process to run.

    Attributes:
        repeat: which of the case's; ``MEMORY`` weighs it.
    """

    case: HostCase
    repeat: int


def make_jobs(cases: Sequence[HostCase], known: Sequence[Measurement]) -> list[Job]:
    """Return what is left to do: the first repeat of every case, then the second of every case, and memory last."""
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
    weighed = {MEMORY} if record.memory else set()
    return {repeat.index for repeat in record.repeats} | weighed


def seconds_left(jobs: Sequence[Job], took: Sequence[tuple[str, float]]) -> float:
    """Return how long ``jobs`` will take, judged by what those before ``took``: each one's case and its seconds.

    A case's jobs are taken to last as its last one did; of a case that had none, as the average did.
    """
    if not took:
        return 0.0
    of_case = dict(took)
    average = sum(seconds for _, seconds in took) / len(took)
    return sum(of_case.get(job.case.id, average) for job in jobs)
