"""Files of JSON lines that only grow: a killed writer leaves whole lines, and at most one cut-off tail."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def append_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Append whole lines in one write, and wait until they are on the disk.

    The tail that a killed writer left behind is cut off first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        file.truncate(_end_of_whole_lines(path.read_bytes()))
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())


def read_whole_lines(path: Path) -> list[bytes]:
    """Return the lines without their breaks; a last one without its break is what a killed writer left, and is ignored.

    Raises:
        OSError: the file cannot be read.
    """
    content = path.read_bytes()
    return content[: _end_of_whole_lines(content)].splitlines()


def _end_of_whole_lines(content: bytes) -> int:
    return content.rfind(b"\n") + 1
