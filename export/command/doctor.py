"""What this machine can export and run, and the one command that would fix what is missing."""

from __future__ import annotations

import importlib.util
import platform
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.specifiers import SpecifierSet

from cloformer.export.request.registry import TARGETS, missing_packages
from cloformer.export.target_spec import TargetSpec
from cloformer.install_command import find_requirement, install_command, reinstall_command
from cloformer.runtimes.registry import find_runtime, is_runnable, why_not_here

_DISTRIBUTION = "cloformer"


@dataclass(frozen=True)
class TargetFinding:
    """What is known about one target or backend.

    Attributes:
        name: the target, with its backend where one needs a compiler of its own.
        export: why it cannot be exported here; None if it can.
        run: why its artifacts cannot run here; None if they can.
        runtime: the runtime that runs them here, or would.
        versions: the installed versions of its packages.
        fix: the one command that would make the export work; None if nothing is missing.
    """

    name: str
    export: str | None
    run: str | None
    runtime: str
    versions: dict[str, str]
    fix: str | None


@dataclass(frozen=True)
class Diagnosis:
    """What was found on this machine."""

    machine: dict[str, str]
    findings: tuple[TargetFinding, ...]


def diagnose() -> Diagnosis:
    """Look at what is installed, without importing any of it."""
    machine = {
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "cloformer": _version(_DISTRIBUTION) or "not installed",
    }
    targets = [_examine(target) for target in TARGETS.values()]
    delegates = [
        _examine_delegate(target, backend, module)
        for target in TARGETS.values()
        for backend, module in target.optional_compilers.items()
    ]
    return Diagnosis(machine, (*targets, *delegates))


def _examine(target: TargetSpec) -> TargetFinding:
    missing = missing_packages(target)
    wrong = [name for name in target.packages if not _is_tested(name)]
    export = None
    if missing:
        export = f"not installed: {', '.join(missing)}"
    elif wrong:
        told = [f"{name} {_version(name)} (tested: {_tested(name)})" for name in wrong]
        export = f"untested versions: {', '.join(told)}"
    lacking = missing or wrong
    fix = install_command(lacking, target.extra) if lacking else None
    versions = {name: version for name in target.packages if (version := _version(name))}
    file = Path(f"model{target.suffix}")
    return TargetFinding(target.name, export, why_not_here(file), _runtime_of(file), versions, fix)


def _examine_delegate(target: TargetSpec, backend: str, module: str) -> TargetFinding:
    package = module.partition(".")[0]
    problem = None if _has_file(module) else f"this {package} build lacks its compiler"
    fix = reinstall_command(package) if problem else None
    file = Path(f"model{target.suffix}")
    name = f"{target.name}, --backend {backend}"
    return TargetFinding(name, problem, why_not_here(file, backend), _runtime_of(file), {}, fix)


def _runtime_of(file: Path) -> str:
    return find_runtime(file).title if is_runnable(file) else "no runtime"


def _has_file(module: str) -> bool:
    """Return whether the source of ``module`` is installed, without the seconds that importing its parents takes."""
    package, _, rest = module.partition(".")
    spec = importlib.util.find_spec(package)
    roots = (spec.submodule_search_locations or []) if spec else []
    return any(
        Path(root, *rest.split(".")).with_suffix(".py").is_file() or Path(root, *rest.split(".")).is_dir()
        for root in roots
    )


def _is_tested(name: str) -> bool:
    """Return whether the installed version of a package is one that cloformer allows, or either is unknown."""
    version, tested = _version(name), _tested(name)
    return version is None or tested is None or tested.contains(version, prereleases=True)


def _tested(name: str) -> SpecifierSet | None:
    requirement = find_requirement(name)
    return requirement.specifier if requirement else None


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
