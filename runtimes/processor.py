"""The name of this machine's processor, for records of measurements."""

from __future__ import annotations

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
