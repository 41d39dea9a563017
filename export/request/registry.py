"""The targets, collected from their folders, so that a wrong request is refused before anything heavy is imported."""

from __future__ import annotations

import difflib
import importlib.util

from cloformer.export.target_spec import TargetSpec
from cloformer.install_command import install_command
from cloformer.model import MissingPackageError, UsageError
from cloformer.spec_folders import spec_modules


def _collect() -> dict[str, TargetSpec]:
    specs: list[TargetSpec] = [module.SPEC for module in spec_modules("cloformer.export.targets")]
    return {spec.name: spec for spec in sorted(specs, key=lambda spec: spec.extra is not None)}


TARGETS: dict[str, TargetSpec] = _collect()
"""Every target by name: first those of the base installation, then those of an extra."""


def find_target(name: str) -> TargetSpec:
    """Return the target called ``name``.

    Raises:
        UsageError: there is no such target; suggests the nearest name.
    """
    if name in TARGETS:
        return TARGETS[name]
    near = difflib.get_close_matches(name.lower(), TARGETS, n=1, cutoff=0.6)
    remedy = f"did you mean {near[0]}? " if near else ""
    raise UsageError(f"there is no target {name!r}", f"{remedy}choose from {', '.join(TARGETS)} or all")


def titles_of(specs: list[TargetSpec]) -> str:
    """Return the titles of ``specs`` as a list in a sentence, such as ``ONNX and Core ML``."""
    *first, last = [spec.title for spec in specs]
    return f"{', '.join(first)} and {last}" if first else last


def missing_packages(target: TargetSpec) -> list[str]:
    """Return the packages of ``target`` that are not installed; imports none of them."""
    return [package for package in target.packages if importlib.util.find_spec(package) is None]


def check_packages(target: TargetSpec) -> None:
    """Refuse a target whose packages are not installed.

    Raises:
        MissingPackageError: names them and the command that installs them.
    """
    missing = missing_packages(target)
    if missing:
        remedy = install_command(missing, target.extra)
        raise MissingPackageError(f"{target.title} export needs {', '.join(missing)}", remedy)
