"""Tools that the host needs: QEMU's user emulation with plugins, an AArch64 cross compiler and a native compiler."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cloformer.model import MissingPackageError

CROSS_PREFIX = "aarch64-linux-gnu-"
SYSROOT_LIBRARIES = Path("/usr/aarch64-linux-gnu/lib")
"""Folder of the AArch64 C and C++ libraries of Debian's cross compiler."""

_PACKAGES = {"qemu-aarch64": "qemu-user", f"{CROSS_PREFIX}g++": "g++-aarch64-linux-gnu", "gcc": "gcc libc6-dev"}
_OLDEST, _NEWEST = (7, 2), (8, 2)
"""QEMU versions with the plugin interface in native/qemu_plugin.h, which later versions replaced."""


@dataclass(frozen=True)
class HostTools:
    """Versions of the installed tools.

    Attributes:
        qemu_version: version of QEMU, such as 7.2.22.
        compiler_version: version of the cross compiler.
    """

    qemu_version: str
    compiler_version: str


def host_tools_command() -> str:
    """Return the command that installs the tools on Debian."""
    return "apt-get update && apt-get install -y --no-install-recommends " + " ".join(_PACKAGES.values())


def find_host_tools() -> HostTools:
    """Return the versions of the tools.

    Raises:
        MissingPackageError: a tool is not installed, or not available for this system; the remedy is one command.
    """
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise MissingPackageError(
            f"the ARM64 emulation needs Linux on x86-64, but this is {platform.system()} {platform.machine()}",
            "use Debian 12, for example in a container",
        )
    missing = missing_tools()
    if missing:
        raise MissingPackageError(f"not installed: {', '.join(missing)}", f"as root: {host_tools_command()}")
    return HostTools(_qemu_version(), _first_line([f"{CROSS_PREFIX}g++", "--version"]))


def missing_tools() -> list[str]:
    """Return the names of the commands that are not installed."""
    return [name for name in _PACKAGES if shutil.which(name) is None]


def install_host_tools() -> None:
    """Install missing tools with apt-get, if this process runs as root.

    Raises:
        MissingPackageError: apt-get failed.
    """
    if not missing_tools() or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    done = subprocess.run(["sh", "-c", host_tools_command()], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise MissingPackageError(f"apt-get failed: {lines[-1]}", f"run it to see its messages: {host_tools_command()}")


def _qemu_version() -> str:
    match = re.search(r"version (\d+)\.(\d+)(\.\d+)?", _first_line(["qemu-aarch64", "--version"]))
    if match is None or not _OLDEST <= (int(match[1]), int(match[2])) <= _NEWEST:
        raise MissingPackageError(
            f"this qemu-aarch64 ({match[0] if match else 'of unknown version'}) has a different plugin interface",
            f"use QEMU {_OLDEST[0]}.{_OLDEST[1]} to {_NEWEST[0]}.{_NEWEST[1]}: Debian 12 has it",
        )
    help_text = subprocess.run(["qemu-aarch64", "--help"], capture_output=True, text=True, check=False).stdout
    if "-plugin" not in help_text:
        raise MissingPackageError(
            "this qemu-aarch64 was built without plugins, which count the instructions",
            "use Debian 12's qemu-user (not qemu-user-static)",
        )
    return match[0].removeprefix("version ")


def _first_line(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.partition("\n")[0]
