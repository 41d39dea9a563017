"""The order of the jobs, what resuming skips, and the estimated time."""

from __future__ import annotations

from cloformer.benchmarks.host.cases import HostCase
from cloformer.benchmarks.host.schedule import MEMORY, make_jobs, seconds_left
from tests.benchmarks.records.records import MEMORY as WEIGHED
from tests.benchmarks.records.records import record, repeat


def test_cases_take_turns_and_memory_comes_last(cases: list[HostCase]) -> None:
    one, two = cases
    assert [(job.case, job.repeat) for job in make_jobs(cases, [])] == [
        (one, 0),
        (two, 0),
        (one, 1),
        (two, 1),
        (one, MEMORY),
        (two, MEMORY),
    ]


def test_what_was_done_is_not_done_again(cases: list[HostCase]) -> None:
    one, two = cases
    known = [record(repeat(0), case=one.id, memory=WEIGHED), record(repeat(1), case=two.id)]
    left = [(job.case, job.repeat) for job in make_jobs(cases, known)]
    assert left == [(two, 0), (one, 1), (two, MEMORY)]


def test_the_time_left_is_that_of_the_same_cases_before(cases: list[HostCase]) -> None:
    one, two = cases
    jobs = make_jobs(cases, [])
    assert seconds_left(jobs, []) == 0
    assert seconds_left(jobs[2:], [(one.id, 10), (two.id, 4)]) == 2 * (10 + 4)
    assert seconds_left(jobs[1:], [(one.id, 10)]) == 50  # nothing is known of the second
