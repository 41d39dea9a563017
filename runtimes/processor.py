"""This machine's processor: its name, for records of who executed what, and how many of its cores may be used."""

from __future__ import annotations

import os
import platform
import subprocess
from functools import cache
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")


@cache
def processor_name() -> str:
    """Return the processor's model and architecture, such as ``Apple M2 (arm64)``, or only the architecture."""
    model = _linux_model() if _CPUINFO.is_file() else _macos_model()
    return f"{model} ({platform.machine()})" if model else platform.machine()


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _linux_model() -> str:
    """Return the first core's model, or an empty string: most ARM kernels do not report one."""
    for line in _CPUINFO.read_text("utf-8", errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return ""


def _macos_model() -> str:
    try:
        found = subprocess.run(
            ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False
        )
    except OSError:  # neither Linux nor macOS
        return ""
    return found.stdout.strip()
