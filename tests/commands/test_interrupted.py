"""Ctrl-C in each stage of a target that is a file and of one that is a folder; nightly, of each target."""

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

from cloformer.export.request.registry import TARGETS
from cloformer.export.target_spec import CALIBRATED
from cloformer.runtimes import open_bundle
from tests.commands.results import INTERRUPTED, Result, Run, assert_clear_failure, assert_whole, tree
from tests.commands.stand_ins import (
    CONVERSION_STAGES,
    SIZE,
    SOURCES,
    StandIns,
    press_ctrl_c,
    stages_in,
    watch_stages,
)

AROUND_THE_CONVERSION = ["run the reference", "load *'s exporter", "run and compare"]

DIVERGENCE = "find the first divergence"

FP16_ONLY = "measure the reference's range"

QUANTIZED_ONLY = "read the calibration images"

STAGES = [
    (target, stage) for target in TARGETS for stage in [*AROUND_THE_CONVERSION, DIVERGENCE, *CONVERSION_STAGES[target]]
]
STAGES += [(target.name, FP16_ONLY) for target in TARGETS.values() if target.precisions[0] == "fp16"]
STAGES += [(target.name, QUANTIZED_ONLY) for target in TARGETS.values() if target.precisions[0] in CALIBRATED]


MODULES = [
    str(path.relative_to(SOURCES).with_suffix("")) for path in SOURCES.rglob("*.py") if path.parent.name != "search"
]

FILE, FOLDER = "onnx", "coreml"

MOMENTS = ("as it begins", "as it ends")


def first_middle_last(target: str) -> list[str]:
    stages = CONVERSION_STAGES[target]
    return [stages[0], stages[len(stages) // 2], stages[-1]]


PAIRS = {
    *(
        (target, stage, moment)
        for target in (FILE, FOLDER)
        for stage in first_middle_last(target)
        for moment in MOMENTS
    ),
    *((target, DIVERGENCE, moment) for target in (FILE, FOLDER) for moment in MOMENTS),
    *((target, stage, "as it ends") for target, stage in zip((FILE, FOLDER, FILE), AROUND_THE_CONVERSION, strict=True)),
    (FOLDER, FP16_ONLY, "as it begins"),
    ("qnn", QUANTIZED_ONLY, "as it begins"),
}
"""The converter is a stand-in, so that stages differ by what lies in the staging folder when they begin and end."""

CASES = [
    pytest.param(*case, moment, marks=() if (*case, moment) in PAIRS else pytest.mark.nightly)
    for case in STAGES
    for moment in MOMENTS
]


def test_the_list_of_stages_is_complete() -> None:
    """A stage that is added anywhere in the exporter must be among those that are interrupted here."""
    everywhere = {stage for module in MODULES for stage in stages_in(module)}

    assert everywhere == {stage for _, stage in STAGES}
    assert {(target, stage) for target, stage, _ in PAIRS} <= set(STAGES)


@pytest.mark.parametrize(("target", "stage", "moment"), CASES)
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


@pytest.mark.parametrize(
    "target", [pytest.param(target, marks=() if target == FOLDER else pytest.mark.nightly) for target in TARGETS]
)
def test_a_real_signal_in_a_real_export(target: str, tmp_path: Path) -> None:
    result = _interrupt_real_export(target, tmp_path / "out")

    assert_clear_failure(result, 130, INTERRUPTED)
    assert list((tmp_path / "out").iterdir()) == []
