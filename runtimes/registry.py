"""The runtimes, collected from their folders, and the choice of the runtime for a file."""

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
"""Every runtime; each folder of this package with a ``spec`` module declares one or more."""

KNOWN_SUFFIXES = tuple(dict.fromkeys(suffix for spec in RUNTIMES for suffix in spec.suffixes))
"""The suffixes of everything that a runtime opens."""

FOLDER_SUFFIXES = tuple(dict.fromkeys(suffix for spec in RUNTIMES if spec.folders for suffix in spec.suffixes))
"""The suffixes of artifacts that are folders; any other folder is a bundle."""


def find_runtime(artifact: Path, backend: str | None = None) -> RuntimeSpec:
    """Return the runtime for a file with this suffix on this system.

    If several fit, ``backend`` can select one that substitutes for another; by default the phone's own runtime is used.

    Raises:
        UsageError: there is no such runtime.
    """
    here = _runtimes_here()
    suffix = max((spec.suffix_of(artifact.name) for spec in here), key=len, default="")
    if not suffix:
        known = ", ".join(dict.fromkeys(each for spec in here for each in spec.suffixes))
        raise UsageError(f"no runtime here opens a {artifact.suffix or 'file without suffix'}", f"use one of {known}")
    fitting = sorted((spec for spec in here if suffix in spec.suffixes), key=lambda spec: spec.backend is not None)
    return next((spec for spec in fitting if spec.backend and spec.backend == backend), fitting[0])


def is_runnable(path: Path) -> bool:
    """Return whether any runtime of this system opens a file with this suffix."""
    return any(spec.suffix_of(path.name) for spec in _runtimes_here())


def why_not_here(artifact: Path, backend: str | None = None) -> str | None:
    """Return why this machine cannot run an artifact that was made for ``backend``, or None if it can.

    Args:
        artifact: the artifact's path or name; only the suffix matters.
        backend: the backend as named in the manifest.
    """
    if not is_runnable(artifact):
        return f"no runtime here opens a {artifact.suffix}"
    spec = find_runtime(artifact)
    if backend in spec.phone_backends:
        return f"{spec.title}'s {backend} delegate runs only on a phone"
    return missing_package(spec)


def _runtimes_here() -> list[RuntimeSpec]:
    return [spec for spec in RUNTIMES if not spec.systems or sys.platform in spec.systems]


def missing_package(spec: RuntimeSpec) -> str | None:
    """Return a message if the runtime's package is not installed, else None; nothing is imported."""
    missing = importlib.util.find_spec(spec.package) is None
    return f"the package {spec.package} is not installed" if missing else None
