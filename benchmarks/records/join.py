"""Joining the lines that belong to the same case into one record."""

from __future__ import annotations

from collections.abc import Iterable

from cloformer.model import InputFileError

from .record import Measurement
from .summary import summarize_samples

_IDENTITY = ("device", "runtime", "artifact", "model", "input", "protocol")
"""Fields that must be equal in all lines of a case."""


def join_lines(lines: Iterable[Measurement]) -> list[Measurement]:
    """Return one record per case, in the order of the cases' first lines.

    A later line replaces what an earlier line says about the same repeat, about memory and about the self-test. A
    failure remains until a later line has samples.

    Raises:
        InputFileError: two lines of a case have different devices, artifacts or protocols.
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
                f"two lines of the case {first.case} differ in {name}",
                "write records for another device, artifact or protocol to another file",
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
