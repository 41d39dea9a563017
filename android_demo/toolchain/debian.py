"""Print the Debian packages that the build needs and this machine does not have: ``python -m toolchain.debian``."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

_COMMANDS = {"javac": "openjdk-17-jdk-headless", "mvn": "maven", "npm": "npm"}
"""Command -> Debian package, for commands that are often installed from elsewhere; only missing ones are listed."""


def debian_packages() -> list[str]:
    """Return the names of the Debian packages to install."""
    listed = tomllib.loads(Path(__file__).with_name("packages.toml").read_text("utf-8"))
    missing = [package for command, package in _COMMANDS.items() if shutil.which(command) is None]
    return [*listed["debian"]["packages"], *missing]


def missing_commands() -> list[str]:
    """Return the commands that the build calls and that are not installed."""
    commands = (*_COMMANDS, "java", "keytool", "aapt2", "zipalign", "apksigner", "dexdump", "make")
    return [command for command in commands if shutil.which(command) is None]


if __name__ == "__main__":
    print(*debian_packages())
