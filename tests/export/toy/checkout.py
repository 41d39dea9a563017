"""The package with targets and runtimes of the tests beside its own, as a tree of links."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cloformer

ROOT = Path(__file__).parents[3]
TOY = Path(__file__).parent
FOLDERS = {
    "export/targets/toy": TOY / "target",
    "export/targets/fragile": TOY / "fragile",
    "runtimes/toy": TOY / "runtime",
}

EXPORT = "from cloformer.export.command.cli import main; main()"
BENCH = "from cloformer.benchmarks.cli import main; main()"
DOCTOR = "from cloformer.benchmarks.doctor_cli import main; main()"


def link_package(copy: Path) -> Path:
    """Make the folder ``copy`` hold the package with the folders of the tests; returns it."""
    copy.mkdir(parents=True, exist_ok=True)
    _link(Path(cloformer.__file__).parent, copy / "cloformer", FOLDERS)
    return copy


def _link(real: Path, copy: Path, folders: dict[str, Path]) -> None:
    inside = {path.split("/", 1)[0] for path in folders}
    copy.mkdir()
    for entry in real.iterdir():
        if entry.name not in inside:
            (copy / entry.name).symlink_to(entry.resolve())
    for name in inside:
        below = {path.split("/", 1)[1]: source for path, source in folders.items() if path.startswith(f"{name}/")}
        if below:
            _link(real / name, copy / name, below)
        else:
            (copy / name).symlink_to(folders[name])


def start(checkout: Path, code: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """Start a command, as the leader of a process group, with the package in ``checkout``."""
    path = f"{checkout}{os.pathsep}{ROOT}"
    environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "200", **variables}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )


def run(checkout: Path, code: str, *arguments: str) -> str:
    """Run a command that must work, and return what it prints."""
    process = start(checkout, code, *arguments)
    printed, told = process.communicate(timeout=300)
    assert process.returncode == 0, told
    return printed
