"""Compile Kotlin: ``python -m toolchain.kotlin OUTPUT.jar --classpath A.jar:B.jar [--friend C.jar] SOURCE...``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from .failures import SHORT_JAVA, exit_with, run
from .packages import fetched, jars

_JAVA_OF_ANDROID_8 = "-Xjdk-release=8"
"""The option that rejects java.* APIs newer than Java 8: Android 8, the oldest supported version, has those of 8."""


def compile_kotlin(
    index: Path, output: Path, sources: Sequence[Path], classpath: Sequence[Path], friend: Path | None = None
) -> None:
    """Compile ``sources``; warnings are errors.

    Args:
        index: the index of the packages that toolchain.packages fetched.
        output: the jar to write; a failed compilation keeps the old one.
        sources: the source folders or files.
        classpath: the jars that the sources use.
        friend: a jar whose ``internal`` names the sources may use, as tests do.

    Raises:
        ToolchainError: the compiler found errors or warnings.
    """
    compiler = fetched(index, "maven.kotlin")
    plugin = next(path for path in compiler if "serialization-compiler-plugin" in path.name)
    command: list[str | Path] = [*SHORT_JAVA, "-cp", _joined(compiler), "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler"]
    command += ["-no-stdlib", "-no-reflect", "-jvm-target", "1.8", _JAVA_OF_ANDROID_8]
    command += ["-jvm-default=no-compatibility", "-Werror", f"-Xplugin={plugin}", "-module-name", output.stem]
    command += [f"-Xfriend-paths={friend}"] if friend else []
    unfinished = output.with_name(f"unfinished-{output.name}")
    command += ["-classpath", _joined(classpath), "-d", unfinished, *sources]
    output.parent.mkdir(parents=True, exist_ok=True)
    run(command)
    unfinished.replace(output)


def _joined(paths: Sequence[Path]) -> str:
    return os.pathsep.join(map(str, paths))


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("sources", type=Path, nargs="+")
    parser.add_argument("--packages", type=Path, default=Path("build/packages.json"))
    parser.add_argument("--with", dest="sections", nargs="*", default=[], help="sections of packages.toml")
    parser.add_argument("--classpath", type=Path, nargs="*", default=[])
    parser.add_argument("--friend", type=Path)
    given = parser.parse_args()
    classpath = [*given.classpath, *jars(given.packages, *given.sections)]
    compile_kotlin(given.packages, given.output, given.sources, classpath, given.friend)


if __name__ == "__main__":
    exit_with(_main)
