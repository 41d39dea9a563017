"""Ctrl-C and failures while a bundle is brought up to date: it is the old one or the new one, and whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.results import INTERRUPTED, Run, assert_clear_failure, assert_whole, tree
from tests.commands.stand_ins import StandIns, press_ctrl_c


class Moves:
    """Counts the moves by which a bundle is brought up to date, and does something around one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, staging_parent: Path) -> None:
        self.count = 0
        self._act: Callable[[], None] = lambda: None
        self._at, self._after = 0, False
        for name in ("rename", "replace"):
            monkeypatch.setattr(Path, name, self._around(getattr(Path, name), staging_parent))

    def arm(self, act: Callable[[], None], at: int, after: bool = False) -> None:
        """From now on, do ``act`` before or after the move number ``at``, counted from 1."""
        self.count, self._act, self._at, self._after = 0, act, at, after

    def _around(self, real: Callable[[Path, Path], Path], parent: Path) -> Callable[[Path, Path], Path]:
        def move(source: Path, target: Path) -> Path:
            if parent not in source.parents:
                return real(source, target)
            self.count += 1
            here = self.count == self._at
            if here and not self._after:
                self._act()
            moved = real(source, target)
            if here and self._after:
                self._act()
            return moved

        return move


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch, bundle: Path) -> Moves:
    return Moves(monkeypatch, bundle.parent)


FILE, FOLDER = "onnx", "coreml"
"""A target whose artifact is a file, and one whose artifact is a folder."""

MOVES_OF_A_REPLACEMENT = 5
"""The old artifact and report step aside, the new ones move in, and the manifest makes them count."""

MOVES_OF_A_NEW_BUNDLE = 5
"""Golden vectors, labels, artifact, report, manifest."""


@pytest.mark.parametrize(
    ("target", "at", "after"),
    [
        pytest.param(target, at, after, marks=() if (target == FILE) == after else pytest.mark.nightly)
        for target in (FILE, FOLDER)
        for at in range(1, MOVES_OF_A_REPLACEMENT + 1)
        for after in (False, True)
    ],
)  # by default after the moves of a file, and before those of a folder
def test_ctrl_c_while_an_artifact_is_replaced(
    target: str, at: int, after: bool, export: Run, stand_ins: StandIns, bundle: Path, moves: Moves
) -> None:
    """The interruption waits for the last move: the bundle is the new one, whole."""
    assert export(target).code == 0
    before = tree(bundle)
    stand_ins.content = b"newer" * 1024
    moves.arm(press_ctrl_c, at, after)

    result = export(target)

    assert_clear_failure(result, 130, INTERRUPTED)
    assert moves.count == MOVES_OF_A_REPLACEMENT
    assert tree(bundle) != before
    assert_whole(bundle)
    assert list(bundle.parent.iterdir()) == [bundle]


@pytest.mark.parametrize("at", range(1, MOVES_OF_A_NEW_BUNDLE + 1))
def test_ctrl_c_while_a_bundle_is_made(at: int, export: Run, bundle: Path, moves: Moves) -> None:
    moves.arm(press_ctrl_c, at)

    assert_clear_failure(export("onnx"), 130, INTERRUPTED)
    assert moves.count == MOVES_OF_A_NEW_BUNDLE
    assert_whole(bundle)
    assert list(bundle.parent.iterdir()) == [bundle]


def _broken_disk() -> None:
    raise OSError(5, "Input/output error")


def _impatient() -> None:
    raise KeyboardInterrupt


Failure = tuple[Callable[[], None], int, str]

FAILURES: dict[str, Failure] = {
    "a broken disk": (_broken_disk, 5, "Input/output error"),
    "a hard interruption": (_impatient, 130, INTERRUPTED),
}


@pytest.mark.parametrize(
    ("target", "at", "failure"),
    [
        pytest.param(
            target, at, name, marks=() if (name == "a broken disk") == (target == FILE) else pytest.mark.nightly
        )
        for target in (FILE, FOLDER)
        for at in range(1, MOVES_OF_A_REPLACEMENT + 1)
        for name in FAILURES
    ],
)
def test_a_failing_move_restores_the_old_bundle(
    target: str,
    at: int,
    failure: str,
    export: Run,
    stand_ins: StandIns,
    bundle: Path,
    moves: Moves,
) -> None:
    assert export(target).code == 0
    before = tree(bundle.parent)
    stand_ins.content = b"newer" * 1024
    act, code, fragment = FAILURES[failure]
    moves.arm(act, at)

    result = export(target)

    assert_clear_failure(result, code, fragment)
    assert tree(bundle.parent) == before


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("at", range(1, MOVES_OF_A_NEW_BUNDLE + 1))
def test_a_failing_move_leaves_no_half_of_a_new_bundle(
    at: int, failure: Failure, export: Run, bundle: Path, moves: Moves
) -> None:
    act, code, fragment = failure
    moves.arm(act, at)

    assert_clear_failure(export("onnx"), code, fragment)
    assert list(bundle.parent.iterdir()) == []
    assert export("onnx").code == 0
