"""What this machine can measure beyond its own runtimes, and the one command that would fix what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from cloformer.model import MissingPackageError

from .arm64.installation import find_installation


@dataclass(frozen=True)
class MeasurementCheck:
    """What is known of one kind of measurement.

    Attributes:
        name: of the measurement.
        problem: None where it can be made here, else why not.
        fix: what would help; None where nothing is missing.
    """

    name: str
    problem: str | None = None
    fix: str | None = None


def check_measurements() -> tuple[MeasurementCheck, ...]:
    """Look at what is installed, without running any of it."""
    name = "ARM64 instruction counts"
    try:
        find_installation()
    except MissingPackageError as error:
        return (MeasurementCheck(name, error.problem, error.remedy),)
    return (MeasurementCheck(name),)
