"""Joining the lines of a case."""

from __future__ import annotations

from collections.abc import Iterable

from cloformer.model import InputFileError

from .record import Measurement
from .summary import summarize_samples

_IDENTITY = ("device", "runtime", "artifact", "model", "input", "protocol")
"""What the lines of a case must have in common."""


def join_lines(lines: Iterable[Measurement]) -> list[Measurement]:
    """Return one record a case, in the order of their first lines.

    A later line replaces what an earlier one says of the same repeat, of memory and of the self-test; a failure
    stands until a later line has samples.

    Raises:
        InputFileError: two lines of a case are of different devices, artifacts or protocols.
    """
    cases: dict[str, Measurement] = {}
    for line in lines:
        known = cases.get(line.case)
        cases[line.case] = _join(known, line) if known else line
    return list(cases.values())


def _join(first: Measurement, later: Measurement) -> Measurement:
    for name in _IDENTITY:
        if getattr(first, name) != getattr(later, name):
            raise InputFileError(
                f"two lines of the case {first.case} differ in their {name}",
                "write the records of another device, artifact or protocol into another file",
            )
    repeats = {repeat.index: repeat for repeat in (*first.repeats, *later.repeats)}
    ordered = tuple(repeats[index] for index in sorted(repeats))
    failure = later.failure if later.failure or later.repeats else first.failure
    return Measurement(
        **{name: getattr(first, name) for name in ("case", *_IDENTITY)},
        tool=later.tool,
        repeats=ordered,
        summary=summarize_samples([repeat.samples_ns for repeat in ordered]) if ordered else None,
        memory=later.memory or first.memory,
        self_test=later.self_test or first.self_test,
        failure=failure,
    )
