"""Shrink and dex the app with R8 into ``FOLDER/classes.dex``: ``python -m toolchain.dex FOLDER JAR...``."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from .failures import SHORT_JAVA, exit_with, run
from .packages import fetched
from .resources import MIN_SDK


def dex(index: Path, folder: Path, jars: list[Path], rules: Path) -> None:
    """Write the dex files of ``jars`` into ``folder``, which is replaced.

    Raises:
        ToolchainError: R8 found an error, such as a reference to a missing class.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (r8,) = fetched(index, "maven.r8")
    (framework,) = fetched(index, "maven.android")
    command: list[str | Path] = [*SHORT_JAVA, "-cp", r8, "com.android.tools.r8.R8", "--release"]
    command += ["--min-api", str(MIN_SDK), "--lib", framework, "--lib", _java_home(), "--pg-conf", rules]
    run([*command, "--output", folder, *jars])


def _java_home() -> Path:
    """Return the folder of the JDK, whose java.* classes the framework's jar does not contain."""
    settings = run(["java", "-XshowSettings:properties", "-version"], merged=True)
    return Path(settings.partition("java.home = ")[2].partition("\n")[0])


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("jars", type=Path, nargs="+")
    parser.add_argument("--packages", type=Path, default=Path("build/packages.json"))
    parser.add_argument("--rules", type=Path, default=Path("app/proguard-rules.pro"))
    given = parser.parse_args()
    jars = [*given.jars, *fetched(given.packages, "maven.libraries")]
    dex(given.packages, given.folder, jars, given.rules)


if __name__ == "__main__":
    exit_with(_main)
