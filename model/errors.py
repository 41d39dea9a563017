"""What can go wrong, as one exception type per exit code of the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


class CloformerError(Exception):
    """A failure that the user can act on.

    Attributes:
        problem: what went wrong and why, in a line.
        remedy: what to do about it, in a line; may be empty.
        exit_code: what a command that meets this error exits with.
    """

    exit_code = 1

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class UsageError(CloformerError):
    """A request that cannot be meant: an unknown name, an impossible combination, a size that cannot work."""

    exit_code = 2


class MissingPackageError(CloformerError):
    """A package or tool that this request needs is not installed."""

    exit_code = 3


class InputFileError(CloformerError):
    """A file that the user gave cannot be read as what it should be."""

    exit_code = 4


class ConversionError(CloformerError):
    """An exporter failed, or its result could not be written."""

    exit_code = 5


class ParityError(CloformerError):
    """An artifact does not compute what the reference computes."""

    exit_code = 6


class DelegationError(CloformerError):
    """A backend takes less of the network, or takes it in more pieces, than the target's budget allows."""

    exit_code = 7


def first_violation(error: ValidationError, whole: str) -> str:
    """Return where a document first breaks its schema, and how; ``whole`` names the document itself."""
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or whole}: {first['msg']}"


def first_line(error: BaseException) -> str:
    """Return the first line of what a library's ``error`` says, or its type where it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
