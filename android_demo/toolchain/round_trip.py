"""Convert the packaged app's own classes back to a jar: ``python -m toolchain.round_trip OUTPUT.jar APK``.

The tests then run on the classes as packaged for a phone, not as compiled.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import zipfile
from pathlib import Path

from .failures import SHORT_JAVA, exit_with, run
from .packages import fetched

_CONVERTER = Path(__file__).with_name("ConvertBack.java")


def convert_back(index: Path, apk: Path, output: Path) -> None:
    """Write the app's own classes, without those of its libraries, into the jar ``output``.

    Raises:
        ToolchainError: a class cannot be converted.
    """
    classpath = os.pathsep.join(map(str, fetched(index, "maven.dex2jar")))
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(apk) as packed:
        names = [name for name in packed.namelist() if name.endswith(".dex")]
        packed.extractall(folder, names)
        run([*SHORT_JAVA, "-cp", classpath, _CONVERTER, output, *(Path(folder) / name for name in names)])


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("apk", type=Path)
    parser.add_argument("--packages", type=Path, default=Path("build/packages.json"))
    given = parser.parse_args()
    convert_back(given.packages, given.apk, given.output)


if __name__ == "__main__":
    exit_with(_main)
