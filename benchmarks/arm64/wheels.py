"""Downloading the aarch64 wheels of the ONNX Runtime and ExecuTorch versions that are installed here."""

from __future__ import annotations

import fnmatch
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from cloformer.model import MissingPackageError

_PLATFORMS = tuple(f"manylinux_2_{minor}_aarch64" for minor in (28, 27, 17))
_PYTHON = "311"
"""Python version of the wheels; any will do, because their libraries run without Python."""


@dataclass(frozen=True)
class Wheel:
    """A package whose aarch64 libraries are used.

    Attributes:
        files: patterns of the files to extract from the wheel.
    """

    package: str
    files: tuple[str, ...]


WHEELS = (
    Wheel("onnxruntime", ("onnxruntime/capi/libonnxruntime.so.*",)),
    Wheel("executorch", ("executorch/lib/*.so", "executorch/include/*")),
)


def unpack_wheel(wheel: Wheel, version: str, folder: Path) -> None:
    """Download ``wheel`` at ``version`` and unpack its files into ``folder``.

    Raises:
        MissingPackageError: the index has no such wheel, or cannot be reached.
    """
    platforms = [word for name in _PLATFORMS for word in ("--platform", name)]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--implementation", "cp", "--python-version", _PYTHON, *platforms]
    command += ["--dest", str(folder), f"{wheel.package}=={version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message from pip"]
        raise MissingPackageError(
            f"cannot download the aarch64 wheel of {wheel.package} {version}: {lines[-1]}",
            "check the network and run the setup again, which continues from here",
        )
    (downloaded,) = folder.glob("*.whl")
    with zipfile.ZipFile(downloaded) as archive:
        for name in archive.namelist():
            if any(fnmatch.fnmatchcase(name, pattern) for pattern in wheel.files):
                archive.extract(name, folder)
    downloaded.unlink()
