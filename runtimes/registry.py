"""The runtimes, collected from their folders, and which of them opens which file."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from cloformer.model import UsageError
from cloformer.spec_folders import spec_modules

from .runtime_spec import RuntimeSpec

RUNTIMES: tuple[RuntimeSpec, ...] = tuple(
    spec for folder in spec_modules("cloformer.runtimes") for spec in folder.SPECS
)
"""Every runtime; a folder of this package with a ``spec`` module declares one or more."""

FOLDER_SUFFIXES = tuple(dict.fromkeys(suffix for spec in RUNTIMES if spec.folders for suffix in spec.suffixes))
"""Artifacts that are folders; any other folder is a bundle."""


def find_runtime(artifact: Path, backend: str | None = None) -> RuntimeSpec:
    """Return the runtime for a file of this suffix on this system.

    Where several fit, ``backend`` chooses one that stands in for another; else the phone's own runtime comes first.

    Raises:
        UsageError: there is none.
    """
    here = [spec for spec in RUNTIMES if not spec.systems or sys.platform in spec.systems]
    suffix = max((spec.suffix_of(artifact.name) for spec in here), key=len, default="")
    if not suffix:
        known = ", ".join(dict.fromkeys(each for spec in here for each in spec.suffixes))
        raise UsageError(f"nothing here runs a {artifact.suffix or 'file without suffix'}", f"give one of {known}")
    fitting = sorted((spec for spec in here if suffix in spec.suffixes), key=lambda spec: spec.backend is not None)
    return next((spec for spec in fitting if spec.backend and spec.backend == backend), fitting[0])


def is_runnable(path: Path) -> bool:
    """Return whether any runtime opens a file of this suffix."""
    return any(spec.suffix_of(path.name) for spec in RUNTIMES)


def why_not_here(artifact: Path, backend: str | None = None) -> str | None:
    """Return why this machine cannot run an artifact that was made for ``backend``, or None where it can.

    Args:
        artifact: its path or name; only the suffix matters.
        backend: as the manifest names it.

    Raises:
        UsageError: no runtime has this suffix.
    """
    spec = find_runtime(artifact)
    if backend in spec.phone_backends:
        return f"{spec.title}'s {backend} delegate runs only on a phone"
    return missing_package(spec)


def missing_package(spec: RuntimeSpec) -> str | None:
    """Return that the runtime's package is not installed, or None where it is; imports nothing."""
    missing = importlib.util.find_spec(spec.package) is None
    return f"the package {spec.package} is not installed" if missing else None
