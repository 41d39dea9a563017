"""Which measurements this machine can make beyond its own runtimes, and the command that installs what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from cloformer.model import MissingPackageError

from .arm64.installation import find_installation


@dataclass(frozen=True)
class MeasurementCheck:
    """Whether this machine can make one kind of measurement.

    Attributes:
        name: name of the measurement.
        problem: why it cannot be made here, or None if it can.
        fix: command that installs what is missing, or None if nothing is.
    """

    name: str
    problem: str | None = None
    fix: str | None = None


def check_measurements() -> tuple[MeasurementCheck, ...]:
    """Check which measurements are possible from what is installed, without running anything."""
    name = "ARM64 instruction counts"
    try:
        find_installation()
    except MissingPackageError as error:
        return (MeasurementCheck(name, error.problem, error.remedy),)
    return (MeasurementCheck(name),)
