"""The wheel and the source archive have every file of the four folders, and the version that the package states."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import cloformer

ROOT = Path(__file__).parents[2]
FOLDERS = ("model", "export", "runtimes", "benchmarks")
OF_THE_PACKAGE_ITSELF = {f"cloformer/{path.name}" for path in (ROOT / "src/cloformer").iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source archive, and the wheel from that archive, as ``python -m build`` does by default."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def _on_disk() -> set[str]:
    files = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file())
    names = (path.relative_to(ROOT) for path in files if "__pycache__" not in path.parts)
    return OF_THE_PACKAGE_ITSELF | {f"cloformer/{name.as_posix()}" for name in names}


def _in_wheel(built: Path) -> set[str]:
    (wheel,) = built.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_has_every_file(built: Path) -> None:
    facts = f"cloformer-{cloformer.__version__}.dist-info/"
    assert {name for name in _in_wheel(built) if not name.startswith(facts)} == _on_disk()


def test_the_wheel_has_data_beside_the_modules(built: Path) -> None:
    assert _in_wheel(built) >= {
        "cloformer/model/dense/backbone.py",
        "cloformer/model/demo/digits_xxs.safetensors",
        "cloformer/model/imagenet_labels.txt",
        "cloformer/benchmarks/arm64/native/run_onnxruntime.cpp",
        "cloformer/benchmarks/report/templates/page.html",
    }


def test_the_source_archive_has_every_file_and_the_tested_versions(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert names >= {f"src/{name}" for name in _on_disk()}
    assert names >= {"constraints.txt", "LICENSE", "README.md", "pyproject.toml"}


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_there_is_one_version() -> None:
    assert cloformer.__version__ == metadata.version("cloformer")
