"""Several targets at once, each in a process of its own: failing, interrupted and killed ones."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.commands.results import INTERRUPTED, Result, assert_clear_failure, assert_whole, tree
from tests.export.toy.checkout import EXPORT, link_package, run, start

BOTH = ("--target", "toy,fragile", "--image-size", "32", "--jobs", "2")
PATIENCE = 120.0


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return link_package(tmp_path_factory.mktemp("with_toy"))


def export_both(checkout: Path, folder: Path, fault: str) -> Result:
    marks = {"FRAGILE": fault, "FRAGILE_STARTED": str(folder / "started")}
    process = start(checkout, EXPORT, *BOTH, "--output", str(folder / "out"), **marks)
    printed, told = process.communicate(timeout=PATIENCE)
    return Result(process.returncode, printed, told)


def wait_for(path: Path) -> str:
    end = time.monotonic() + PATIENCE
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < end, f"{path} never came"
        time.sleep(0.05)
    return path.read_text()


def wait_for_end_of(pid: int) -> None:
    end = time.monotonic() + PATIENCE
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end, f"process {pid} goes on"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("raise", 5, ("Fragile export failed", "cannot lower aten.foo")),
        ("exit", 5, ("the process that exports to Fragile ended with code 9", "--jobs 1")),
    ],
)
def test_one_that_fails_does_not_stop_the_other(
    checkout: Path, tmp_path: Path, fault: str, code: int, words: tuple[str, ...]
) -> None:
    result = export_both(checkout, tmp_path, fault)
    assert_clear_failure(result, code, *words)
    (bundle,) = (tmp_path / "out").iterdir()
    assert_whole(bundle)
    assert [path.name for path in bundle.glob("model_*")] == ["model_fp32.toy"]


def test_ctrl_c_ends_all_and_leaves_nothing(checkout: Path, tmp_path: Path) -> None:
    marks = {"FRAGILE": "wait", "FRAGILE_STARTED": str(tmp_path / "started")}
    process = start(checkout, EXPORT, *BOTH, "--output", str(tmp_path / "out"), **marks)
    worker = int(wait_for(tmp_path / "started"))
    os.killpg(process.pid, signal.SIGINT)  # as the terminal sends it, to all of them
    printed, told = process.communicate(timeout=PATIENCE)
    wait_for_end_of(worker)
    assert_clear_failure(Result(process.returncode, printed, told), 130, INTERRUPTED)
    assert all(path.startswith("cloformer_xxs_random_32x32") for path in tree(tmp_path / "out"))
    for bundle in (tmp_path / "out").iterdir():
        assert_whole(bundle)


def test_killing_the_command_ends_its_processes(checkout: Path, tmp_path: Path) -> None:
    marks = {"FRAGILE": "wait", "FRAGILE_STARTED": str(tmp_path / "started")}
    process = start(checkout, EXPORT, *BOTH, "--output", str(tmp_path / "out"), **marks)
    worker = int(wait_for(tmp_path / "started"))
    process.kill()
    process.communicate(timeout=PATIENCE)
    wait_for_end_of(worker)
    finished = [path.name for path in (tmp_path / "out").rglob("model_*") if ".export-" not in str(path)]
    assert set(finished) <= {"model_fp32.toy"}  # nothing half-written has a final name


@pytest.mark.nightly  # ONNX twice; the default tests compare nothing but the toy
def test_at_once_and_one_by_one_give_the_same_bytes(checkout: Path, tmp_path: Path) -> None:
    targets = ("--target", "toy,onnx", "--image-size", "32", "--json")
    folders = {}
    for jobs in ("1", "2"):
        out = tmp_path / jobs
        document = json.loads(run(checkout, EXPORT, *targets, "--jobs", jobs, "--output", str(out)))
        assert [artifact["target"] for artifact in document["artifacts"]] == ["toy", "onnx"]
        (bundle,) = out.iterdir()
        folders[jobs] = {path: digest for path, digest in tree(bundle).items() if path not in TIMED}
    assert folders["1"] == folders["2"]


TIMED = ("report.json", "manifest.json", "model_fp32.toy")
"""Reports have times, and PyTorch's own archive, and so its hash, has a random name inside."""
