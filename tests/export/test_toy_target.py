"""A new target and its runtime are one folder each: nothing else is touched, and every command knows them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cloformer

TOY = Path(__file__).parent / "toy"
ROOT = Path(__file__).parents[2]
MOST_LINES = 60


def linked_with(real: Path, copy: Path, folders: dict[str, Path]) -> None:
    """Make ``copy`` a folder of links to all that ``real`` holds, with ``folders`` beside it at the paths they name."""
    inside = {path.split("/", 1)[0] for path in folders}
    copy.mkdir()
    for entry in real.iterdir():
        if entry.name not in inside:
            (copy / entry.name).symlink_to(entry.resolve())
    for name in inside:
        below = {path.split("/", 1)[1]: source for path, source in folders.items() if path.startswith(f"{name}/")}
        if below:
            linked_with(real / name, copy / name, below)
        else:
            (copy / name).symlink_to(folders[name])


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it is, with the toy's two folders."""
    folder = tmp_path_factory.mktemp("with_toy")
    toy = {"export/targets/toy": TOY / "target", "runtimes/toy": TOY / "runtime"}
    linked_with(Path(cloformer.__file__).parent, folder / "cloformer", toy)
    return folder


def run(checkout: Path, *command: str) -> str:
    """Run a module with the toy's package before the installed one; returns what it prints."""
    environment = {**os.environ, "PYTHONPATH": f"{checkout}{os.pathsep}{ROOT}", "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-c", *command], capture_output=True, text=True, env=environment, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


EXPORT = "import sys; from cloformer.export.command.cli import main; main()"
BENCH = "import sys; from cloformer.benchmarks.cli import main; main()"
DOCTOR = "from cloformer.benchmarks.doctor_cli import main; main()"


def test_it_is_small() -> None:
    lines = [line for path in (TOY / "target").glob("*.py") for line in path.read_text().splitlines() if line.strip()]
    assert len(lines) <= MOST_LINES


def test_it_is_exported_compared_and_benchmarked(checkout: Path, tmp_path: Path) -> None:
    flags = ["--target", "toy", "--image-size", "32", "--paint", "blue", "--output", str(tmp_path), "--json"]
    (artifact,) = json.loads(run(checkout, EXPORT, *flags))["artifacts"]
    assert artifact["parity"]["passed"]
    assert artifact["parity"]["runtime"].startswith("Toy Runtime")
    assert (artifact["form"], artifact["file"]) == ("toy-form", "model_fp32.toy")
    quick = ["--repeats", "1", "--warm-up", "1", "--samples", "2", "--threads", "1", "--json"]
    records = json.loads(
        run(checkout, BENCH, "host", artifact["path"], *quick, "--records", str(tmp_path / "records.jsonl"))
    )
    assert [record["runtime"]["name"] for record in records] == ["Toy Runtime"]


def test_the_doctor_help_and_support_matrix_know_it(checkout: Path) -> None:
    assert "toy" in [finding["name"] for finding in json.loads(run(checkout, DOCTOR, "--json"))["findings"]]
    assert "Toy: The color of the toy. One of red, blue." in run(checkout, EXPORT, "--help")
    matrix = run(checkout, "from tests.support_matrix import document; print(document())")
    assert "| Toy |" in matrix
