"""Ctrl-C in each stage of each target, and while the bundle is brought up to date."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path

import pytest

from cloformer.export.registry import TARGETS
from cloformer.export.report import Report
from cloformer.runtimes import open_bundle
from tests.commands.results import Result, Run, assert_clear_failure, tree
from tests.commands.stand_ins import CONVERSION_STAGES, SIZE, SOURCES, StandIns, stages_in, watch_stages

INTERRUPTED = "interrupted; nothing half-written was left behind"

AROUND_THE_CONVERSION = ["run the reference", "load *'s exporter", "run and compare"]

DIVERGENCE = "find the first divergence"

STAGES = [
    (target, stage) for target in TARGETS for stage in [*AROUND_THE_CONVERSION, DIVERGENCE, *CONVERSION_STAGES[target]]
]


def press_ctrl_c() -> None:
    """A real SIGINT for this process, as the terminal sends it."""
    signal.raise_signal(signal.SIGINT)


def assert_whole(bundle: Path) -> None:
    """Every file that the manifest and the report name is there and is what they say."""
    opened = open_bundle(bundle)
    opened.golden()
    for artifact in opened.manifest.artifacts:
        assert opened.artifact_path(artifact).exists()
    report = Report.model_validate_json((bundle / "report.json").read_text("utf-8"))
    assert {entry.file for entry in report.root} >= {artifact.file for artifact in opened.manifest.artifacts}
    names = {path.name for path in bundle.iterdir()}
    known = {"manifest.json", "labels.txt", "golden", "report.json", *(entry.file for entry in report.root)}
    assert names <= known


def test_the_list_of_stages_is_complete() -> None:
    """A stage that is added anywhere in the exporter must be among those that are interrupted here."""
    everywhere = {stage for path in SOURCES.glob("*.py") for stage in stages_in(path.stem)}

    assert everywhere == {stage for _, stage in STAGES}


@pytest.mark.parametrize("moment", ["as it begins", "as it ends"])
@pytest.mark.parametrize(("target", "stage"), STAGES)
def test_ctrl_c_in_a_stage(
    target: str,
    stage: str,
    moment: str,
    export: Run,
    stand_ins: StandIns,
    bundle: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit code 130, nothing left behind, and an earlier export of the same name is as it was."""
    assert export(target).code == 0
    before = tree(bundle.parent)
    stand_ins.content = b"newer" * 1024
    stand_ins.error = 1e3 if stage == DIVERGENCE else 0.0
    interrupted: list[str] = []

    def interrupt(name: str) -> None:
        if fnmatch(name, stage) and not interrupted:
            interrupted.append(name)
            press_ctrl_c()

    def go_on(_name: str) -> None:
        pass

    watch_stages(monkeypatch, *((interrupt, go_on) if moment == "as it begins" else (go_on, interrupt)))
    result = export(target)

    assert interrupted, f"{target} never came to {stage}"
    assert_clear_failure(result, 130, INTERRUPTED)
    assert tree(bundle.parent) == before


@pytest.mark.parametrize("target", TARGETS)
def test_ctrl_c_in_a_first_export_leaves_an_empty_folder(
    target: str, export: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = CONVERSION_STAGES[target][-1]
    watch_stages(monkeypatch, lambda name: None, lambda name: press_ctrl_c() if name == last else None)

    assert_clear_failure(export(target), 130, INTERRUPTED)
    assert list(bundle.parent.iterdir()) == []


def test_ctrl_c_in_the_second_of_three_targets_keeps_the_first(
    export: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch_stages(monkeypatch, lambda name: press_ctrl_c() if name == "load Core ML's exporter" else None, lambda _: 0)

    result = export("onnx,coreml,executorch")

    assert_clear_failure(result, 130, INTERRUPTED)
    assert_whole(bundle)
    assert [artifact.file for artifact in open_bundle(bundle).manifest.artifacts] == ["model_fp32.onnx"]
    assert list(bundle.parent.iterdir()) == [bundle]


def test_ctrl_c_with_json_is_one_document(export: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    watch_stages(monkeypatch, lambda _: press_ctrl_c(), lambda _: None)

    result = export("onnx", "--json")

    assert result.code == 130
    assert result.stderr == ""
    assert result.document["errors"] == [{"exit_code": 130, "problem": INTERRUPTED, "remedy": ""}]


def _swallow_and_fail(_name: str) -> None:
    try:
        press_ctrl_c()
    except BaseException:
        raise AttributeError("module 'library' has no attribute 'core'") from None


def _swallow_and_go_on(_name: str) -> None:
    with suppress(BaseException):
        press_ctrl_c()


@pytest.mark.parametrize("swallow", [_swallow_and_fail, _swallow_and_go_on])
def test_ctrl_c_counts_though_a_library_swallows_it(
    swallow: Callable[[str], None], export: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """coremltools' import, for one, catches everything, and fails later for want of what it had not imported."""
    watch_stages(monkeypatch, swallow, lambda _: None)

    assert_clear_failure(export("onnx,coreml"), 130, INTERRUPTED)
    assert not bundle.exists()


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


MOVES_OF_A_REPLACEMENT = 5
"""The old artifact and report step aside, the new ones move in, and the manifest makes them count."""

MOVES_OF_A_NEW_BUNDLE = 5
"""Golden vectors, labels, artifact, report, manifest."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, MOVES_OF_A_REPLACEMENT + 1))
@pytest.mark.parametrize("target", ["onnx", "coreml"])  # a file and a folder
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


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("at", range(1, MOVES_OF_A_REPLACEMENT + 1))
@pytest.mark.parametrize("target", ["onnx", "coreml"])
def test_a_failing_move_restores_the_old_bundle(
    target: str,
    at: int,
    failure: Failure,
    export: Run,
    stand_ins: StandIns,
    bundle: Path,
    moves: Moves,
) -> None:
    assert export(target).code == 0
    before = tree(bundle.parent)
    stand_ins.content = b"newer" * 1024
    act, code, fragment = failure
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


def _wait_for(condition: Callable[[], bool], process: subprocess.Popen[str], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "the export did not get there in time"
        time.sleep(0.02)


def _interrupt_real_export(target: str, output: Path) -> Result:
    command = [shutil.which("cloformer-export", path=str(Path(sys.executable).parent)) or "cloformer-export"]
    process = subprocess.Popen(
        [*command, "--target", target, "--image-size", SIZE, "--output", str(output)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )
    _wait_for(lambda: any(output.glob(".export-*/golden")), process, 120)
    time.sleep(1.5)  # into the conversion
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    return Result(process.returncode, stdout, stderr)


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_a_real_signal_in_a_real_export(target: str, tmp_path: Path) -> None:
    result = _interrupt_real_export(target, tmp_path / "out")

    assert_clear_failure(result, 130, INTERRUPTED)
    assert list((tmp_path / "out").iterdir()) == []
