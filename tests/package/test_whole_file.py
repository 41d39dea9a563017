"""Files appear under their names as a whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.whole_file import written_whole


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "table.md"
    with written_whole(path) as unfinished:
        unfinished.write_text("half")
        assert not path.exists()
        assert (unfinished.parent, unfinished.suffix) == (path.parent, ".md")  # exporters look at the suffix
        unfinished.write_text("whole")
    assert path.read_text() == "whole"
    assert names(tmp_path) == {"table.md"}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_keeps_the_old_file_and_leaves_nothing_else(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "table.md"
    path.write_text("old")
    with pytest.raises(error), written_whole(path) as unfinished:
        unfinished.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert names(tmp_path) == {"table.md"}


def test_a_success_replaces_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "table.md"
    path.write_text("old")
    with written_whole(path) as unfinished:
        unfinished.write_text("new")
    assert path.read_text() == "new"


def test_a_block_that_writes_nothing_is_not_taken_for_a_success(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), written_whole(tmp_path / "table.md"):
        pass
