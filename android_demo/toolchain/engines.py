"""Unpack the engines' Android builds: ``python -m toolchain.engines FOLDER``.

This writes their Java API, ``classes/*.jar``, and their native libraries for both ABIs, ``lib/<abi>/*.so``.
"""

from __future__ import annotations

import argparse
import shutil
import zipfile
from pathlib import Path

from .failures import ToolchainError, exit_with
from .packages import fetched

ABIS = ("arm64-v8a", "x86_64")


def unpack_engines(index: Path, folder: Path) -> None:
    """Replace ``folder`` by the engines' classes and libraries.

    Raises:
        ToolchainError: two packages contain different files with the same name.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("classes", *(f"lib/{abi}" for abi in ABIS)):
        (folder / name).mkdir(parents=True)
    for path in fetched(index, "npm.onnxruntime", "npm.executorch", "maven.executorch"):
        if path.suffix == ".aar":
            _unpack_aar(path, folder)
        elif path.suffix == ".jar":
            name = "executorch" if path.name == "classes.jar" else path.stem
            shutil.copy(path, folder / "classes" / f"{name}.jar")
        else:
            shutil.copy(path, folder / "lib" / path.parent.name / path.name)


def _unpack_aar(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as aar:
        (folder / "classes" / f"{path.stem}.jar").write_bytes(aar.read("classes.jar"))
        for abi in ABIS:
            for name in aar.namelist():
                if name.startswith(f"jni/{abi}/") and name.endswith(".so"):
                    target = folder / "lib" / abi / Path(name).name
                    if target.exists():
                        raise ToolchainError(f"{path.name} contains {target.name}, which another package also contains")
                    target.write_bytes(aar.read(name))


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--packages", type=Path, default=Path("build/packages.json"))
    given = parser.parse_args()
    unpack_engines(given.packages, given.folder)


if __name__ == "__main__":
    exit_with(_main)
