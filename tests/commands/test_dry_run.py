"""``--dry-run`` says what would be done, does none of it, and refuses what the real run would refuse."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cloformer.export.request.registry import TARGETS
from tests.commands.results import Result, Run, assert_refused_at_once


@pytest.mark.parametrize("target", [*TARGETS, "all", "onnx,coreml"])
def test_nothing_is_written(target: str, run: Run, tmp_path: Path) -> None:
    result = run("cloformer-export", "--target", target, "--dry-run", "--output", "out")

    assert result.code == 0
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_the_files_are_named(run: Run) -> None:
    result = run("cloformer-export", "--target", "all", "--image-size", "256x320", "--dry-run", "--json")

    assert result.code == 0
    assert result.stderr == ""
    assert [(artifact["file"], artifact["input"]) for artifact in result.document["artifacts"]] == [
        ("model_fp16.mlpackage", "1x3x256x320"),
        ("model_fp32_xnnpack.pte", "1x3x256x320"),
        ("model_fp32.onnx", "1x3x256x320"),
        ("model_fp16.aimodel", "1x3x256x320"),
        ("model_a16w8_sm8650.qnn.onnx", "1x3x256x320"),
    ]


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ("--target onx", "did you mean onnx?"),
        ("--target onnx --image-size 225", "nearest size is 224x224"),
        ("--target onnx --precision int4", "no precision 'int4'"),
        ("--target onnx --output notes.txt", "notes.txt is a file"),
    ],
)
def test_what_cannot_work_is_refused(arguments: str, fragment: str, run: Run) -> None:
    Path("notes.txt").write_text("mine")

    assert_refused_at_once(run("cloformer-export", *arguments.split(), "--dry-run"), 2, fragment)


@pytest.mark.parametrize("name", ["[/]", "[bold]x[/bold]", ":smile:", "a b", "\N{GREEK SMALL LETTER PI}", "\udcff"])
def test_names_are_printed_as_they_are(name: str, run: Run) -> None:
    """Square brackets and colons are markup to the library that prints, and to nobody else."""
    result = run("cloformer-export", "--target", "onnx", "--dry-run", "--output", name)

    assert result.code == 0
    shown = name.encode(errors="backslashreplace").decode()
    assert f"into {shown}/" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full exists on Linux alone")
def test_a_standard_output_that_is_full() -> None:
    """``cloformer-export ... --json > FILE`` on a full disk."""
    command = [str(Path(sys.executable).with_name("cloformer-export")), "--target", "onnx", "--dry-run", "--json"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)

    assert_refused_at_once(Result(done.returncode, "", done.stderr), 5, "No space left on device", "free space")
