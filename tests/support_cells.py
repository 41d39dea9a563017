"""What a cell of the support matrix may say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Validated:
    """A test holds it.

    Attributes:
        test: its pytest node id.
        where: what it needs that CI does not have; empty where CI runs it.
        nightly: whether it runs each night alone, not with every change.
    """

    test: str
    where: str = ""
    nightly: bool = False


@dataclass(frozen=True)
class Unvalidated:
    """It is made, and nothing that CI runs shows that it works."""

    why: str


@dataclass(frozen=True)
class Absent:
    """It does not exist."""

    why: str


Cell = Validated | Unvalidated | Absent
Row = dict[str, Cell]
"""Target -> what it does."""
