"""Append-only files of JSON lines: a killed writer leaves complete lines and at most one truncated line at the end."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def append_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Append complete lines in one write, and wait until they are on disk.

    If a killed writer left a truncated last line, it is removed first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        file.truncate(_end_of_whole_lines(path.read_bytes()))
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())


def read_whole_lines(path: Path) -> list[bytes]:
    """Return the lines without their line breaks; a last line without one was truncated by a kill and is ignored.

    Raises:
        OSError: the file cannot be read.
    """
    content = path.read_bytes()
    return content[: _end_of_whole_lines(content)].splitlines()


def _end_of_whole_lines(content: bytes) -> int:
    return content.rfind(b"\n") + 1
