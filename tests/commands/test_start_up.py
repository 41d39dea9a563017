"""What commands import before they do anything: nobody waits for PyTorch to hear that a request cannot work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.small_artifacts import write_onnx

SLOW = ("torch", "numpy", "PIL", "pydantic", "onnx", "onnxruntime", "coremltools", "executorch")


def imported_by(code: str) -> list[str]:
    """The slow packages that a new process has imported after ``code``."""
    look = f"import sys, json; print(json.dumps([name for name in {SLOW} if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", f"{code}; {look}"], capture_output=True, text=True, check=True)
    names: list[str] = json.loads(done.stdout.splitlines()[-1])
    return names


@pytest.mark.parametrize("module", ["cloformer.export.command.cli", "cloformer.runtimes.command.cli"])
def test_a_command_line_is_read_without_any_of_them(module: str) -> None:
    assert imported_by(f"import {module}") == []


def test_a_float_file_runs_in_onnx_runtime_without_pytorch(tmp_path: Path) -> None:
    write_onnx(tmp_path / "model.onnx")
    run = f"from cloformer.runtimes import open_session; open_session({str(tmp_path / 'model.onnx')!r}).describe()"
    assert "torch" not in imported_by(run)
