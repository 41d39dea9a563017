"""Describing this machine for the records."""

from __future__ import annotations

import os
import platform

import psutil

from cloformer.benchmarks.records.parts import DeviceFacts
from cloformer.runtimes.processor import processor_name


def describe_device() -> DeviceFacts:
    """Describe this computer; its processor serves as the model name."""
    system, version, build = _system()
    return DeviceFacts(
        kind="computer",
        model=processor_name(),
        os=system,
        os_version=version,
        os_build=build,
        cores=len(allowed_cores()),
        memory_bytes=psutil.virtual_memory().total,
    )


def allowed_cores() -> tuple[int, ...]:
    """Return the logical cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(psutil.cpu_count() or 1))


def _system() -> tuple[str, str, str | None]:
    """Return the system's name, version and build."""
    system = platform.system()
    if system == "Darwin":
        return "macOS", platform.mac_ver()[0], platform.release()
    if system == "Linux":
        try:
            version = platform.freedesktop_os_release()["PRETTY_NAME"]
        except (OSError, KeyError):
            version = "unknown distribution"
        return "Linux", version, platform.release()
    return system, platform.version(), None
