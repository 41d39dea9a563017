"""Running the tools, and what is said when one fails."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

SHORT_JAVA = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx2g")
"""Java for tools that run for seconds: a third less time than with the optimizing compiler."""


class ToolchainError(Exception):
    """A step of the build failed: what, why, and what to do about it."""

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
    """Run a tool and return what it printed; ``merged`` with what it printed as errors.

    Raises:
        ToolchainError: it is not installed, or exits with another code than 0; with the end of what it printed.
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
    """Run a module's ``main``; a failed step is said in its own words, and ends with exit code 1."""
    try:
        main()
    except ToolchainError as error:
        sys.exit(f"error: {error}")
