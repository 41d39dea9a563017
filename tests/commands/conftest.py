"""Running the commands in this process."""

from __future__ import annotations

import importlib
import signal
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.commands.results import Result, Run
from tests.commands.stand_ins import SIZE, Reference, StandIns, compute_reference, install

COMMANDS = {
    "cloformer-export": "cloformer.export.command.cli",
    "cloformer-predict": "cloformer.runtimes.command.cli",
    "cloformer-doctor": "cloformer.benchmarks.doctor_cli",
    "cloformer-bench": "cloformer.benchmarks.cli",
}


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_arrives() -> None:
    """Shells start what they put into the background with Ctrl-C ignored, and the commands leave that alone."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run a command as its console script would, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run_it(command: str, *arguments: object) -> Result:
        capfd.readouterr()
        with (
            # pytest's own streams do not write to the descriptors that a command has.
            open(1, "w", encoding="utf-8", closefd=False) as stdout,
            open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False) as stderr,
            monkeypatch.context() as patch,
            pytest.raises(SystemExit) as stop,
        ):
            for name, value in {"argv": [command, *map(str, arguments)], "stdout": stdout, "stderr": stderr}.items():
                patch.setattr(sys, name, value)
            importlib.import_module(COMMANDS[command]).main()
        captured = capfd.readouterr()
        assert isinstance(stop.value.code, int)
        return Result(stop.value.code, captured.out, captured.err)

    return run_it


@pytest.fixture(scope="session")
def reference() -> Reference:
    """What is the same in every quick export."""
    return compute_reference()


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch, reference: Reference) -> StandIns:
    """Quick exports; see ``stand_ins.py`` for what is replaced."""
    return install(monkeypatch, reference)


@pytest.fixture
def export(run: Run, stand_ins: StandIns, tmp_path: Path) -> Run:
    """Run ``cloformer-export`` with stand-ins, at the smallest size, into the folder ``out``."""

    def export_it(target: str, *arguments: object) -> Result:
        return run(
            "cloformer-export",
            *("--target", target, "--image-size", SIZE, "--output", tmp_path / "out"),
            *("--jobs", 1),  # in this process, where the stand-ins are
            *arguments,
        )

    return export_it


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Where ``export`` puts its bundle."""
    return tmp_path / "out" / f"cloformer_xxs_random_{SIZE}x{SIZE}"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """An image to classify."""
    path = tmp_path / "photo.png"
    Image.linear_gradient("L").convert("RGB").save(path)
    return path
