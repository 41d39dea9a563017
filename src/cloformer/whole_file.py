"""Writing a file so that its name never refers to an incomplete one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield the path of an unfinished file next to ``path``; it replaces ``path`` when the block succeeds.

    Until then ``path`` stays as it was. If the block raises, the unfinished file is removed.

    Raises:
        FileNotFoundError: the block wrote nothing.
    """
    unfinished = path.with_name(f"unfinished_{path.name}")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
