"""Running tools, and reporting their failures."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

SHORT_JAVA = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx2g")
"""The Java command for tools that run for seconds, which saves a third of the time of the optimizing compiler."""


class ToolchainError(Exception):
    """A step of the build failed; the message says what failed, why, and what to do about it."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem}\n  {remedy}" if remedy else problem)


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    remedy: str = "",
    merged: bool = False,
) -> str:
    """Run a tool and return its output, ``merged`` with its error output.

    Raises:
        ToolchainError: the tool is not installed, or its exit code is not 0; the message ends with its last output.
    """
    try:
        ended = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise ToolchainError(f"{command[0]} is not installed", remedy or "make -C android_demo setup") from error
    if ended.returncode != 0:
        printed = (ended.stdout + ended.stderr).strip().splitlines()[-40:]
        raise ToolchainError(f"{command[0]} failed with exit code {ended.returncode}:\n" + "\n".join(printed), remedy)
    return ended.stdout + ended.stderr if merged else ended.stdout


def exit_with(main: Callable[[], None]) -> None:
    """Run a module's ``main``; if a step fails, print its message and exit with code 1."""
    try:
        main()
    except ToolchainError as error:
        sys.exit(f"error: {error}")
