"""The errors of this package: one exception type per exit code of the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


class CloformerError(Exception):
    """A failure that the user can act on.

    Attributes:
        problem: one line that says what went wrong and why.
        remedy: one line that says what to do about it; may be empty.
        exit_code: the exit code of a command that fails with this error.
    """

    exit_code = 1

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class UsageError(CloformerError):
    """A request that cannot work: an unknown name, an impossible combination, an unsupported size."""

    exit_code = 2


class MissingPackageError(CloformerError):
    """A package or tool that this request needs is not installed."""

    exit_code = 3


class InputFileError(CloformerError):
    """A file from the user cannot be read, or is not of the expected kind."""

    exit_code = 4


class ConversionError(CloformerError):
    """An exporter failed, or its result could not be written."""

    exit_code = 5


class ParityError(CloformerError):
    """An artifact's outputs differ from those of the reference."""

    exit_code = 6


class DelegationError(CloformerError):
    """A backend runs less of the network, or runs it in more pieces, than the target's budget allows."""

    exit_code = 7


def first_violation(error: ValidationError, whole: str) -> str:
    """Return where and how a document first violates its schema; ``whole`` names the document itself."""
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or whole}: {first['msg']}"


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, or the error's type if it has no message."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
