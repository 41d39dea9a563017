"""Finding and making the files of the emulation.

The result of each step is a folder that gets its final name only when it is complete, so an interrupted setup can be
continued. The names contain versions and a hash of everything that a step depends on, so nothing outdated is used.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from filelock import FileLock

from cloformer.install_command import install_command
from cloformer.model import MissingPackageError

from .cores import CORES, write_system_files
from .host_tools import SYSROOT_LIBRARIES, HostTools, find_host_tools, install_host_tools
from .native_build import (
    NATIVE,
    build_executorch_runner,
    build_onnxruntime_runner,
    build_operator_marks,
    build_plugin,
)
from .wheels import WHEELS, Wheel, unpack_wheel

HOME_VARIABLE = "CLOFORMER_ARM64_HOME"
"""Environment variable that names a folder to use instead of the user's cache."""

SET_UP_COMMAND = "cloformer-bench arm64 --setup"

_PARTIAL = "partial-"
_BUILD_SOURCES = (
    *sorted(NATIVE.iterdir()),
    *(Path(__file__).with_name(f"{name}.py") for name in ("cores", "native_build")),
)
Say = Callable[[str], None]


@dataclass(frozen=True)
class Installation:
    """A complete installation.

    Attributes:
        tools: tools of the host.
        versions: versions of the aarch64 packages.
        build: folder with the plugin, the runners and the libraries that they link to.
        roots: folder with one system root per core.
    """

    tools: HostTools
    versions: dict[str, str]
    build: Path
    roots: Path


def find_installation() -> Installation:
    """Return the installation that ``set_up`` made.

    Raises:
        MissingPackageError: tools are missing, or the emulation is not set up for the installed versions.
    """
    installation = _planned(find_host_tools())
    if not (installation.build.is_dir() and installation.roots.is_dir()):
        raise MissingPackageError("the ARM64 emulation is not set up for these versions", SET_UP_COMMAND)
    return installation


def set_up(say: Say) -> Installation:
    """Make the missing parts of the installation, and return it; ``say`` is called with each step.

    Raises:
        MissingPackageError: tools are missing and this process cannot install them, or a download failed.
        ConversionError: a native part does not compile.
    """
    install_host_tools()
    installation = _planned(find_host_tools())
    home = _home()
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / ".lock"):
        for left_over in home.glob(f"{_PARTIAL}*"):
            shutil.rmtree(left_over)
        for wheel in WHEELS:
            version = installation.versions[wheel.package]
            _make(_wheel_folder(wheel, version), partial(unpack_wheel, wheel, version), say)
        _make(installation.build, partial(_build, installation.versions), say)
        _make(installation.roots, _write_roots, say)
    return installation


def _planned(tools: HostTools) -> Installation:
    versions = {wheel.package: _installed_version(wheel.package) for wheel in WHEELS}
    digest = hashlib.sha256(repr((tools, versions, CORES)).encode())
    for source in _BUILD_SOURCES:
        digest.update(source.read_bytes())
    name = digest.hexdigest()[:12]
    return Installation(tools, versions, _home() / f"build-{name}", _home() / f"roots-{name}")


def _installed_version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError as error:
        remedy = install_command([package])
        raise MissingPackageError(f"the package {package} is not installed", remedy) from error


def _home() -> Path:
    if HOME_VARIABLE in os.environ:
        return Path(os.environ[HOME_VARIABLE]).absolute()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "cloformer" / "arm64"


def _wheel_folder(wheel: Wheel, version: str) -> Path:
    return _home() / f"{wheel.package}-{version}"


def _make(folder: Path, fill: Callable[[Path], None], say: Say) -> None:
    """Create ``folder``, if it does not exist yet, by filling another folder and renaming it."""
    if folder.is_dir():
        return
    say(f"making {folder}")
    unfinished = folder.with_name(f"{_PARTIAL}{folder.name}")
    unfinished.mkdir()
    fill(unfinished)
    unfinished.rename(folder)


def _build(versions: dict[str, str], folder: Path) -> None:
    onnxruntime, executorch = (_wheel_folder(wheel, versions[wheel.package]) for wheel in WHEELS)
    build_plugin(folder)
    build_onnxruntime_runner(folder, onnxruntime)
    build_executorch_runner(folder, executorch)
    build_operator_marks(folder, executorch)


def _write_roots(folder: Path) -> None:
    for name, core in CORES.items():
        root = folder / name
        root.mkdir()
        (root / "lib").symlink_to(SYSROOT_LIBRARIES)
        write_system_files(root, core)
