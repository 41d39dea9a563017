"""Running Swift's commands in the installed toolchain if it is new enough, else in the Debian root."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .debian_root import ONNX_RUNTIME_HEADERS, ToolchainMissingError, command_inside, root_folder, why_not_here

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "ios_demo" / "CloFormerKit"
SWIFT_FLAGS = ("-Xswiftc", "-warnings-as-errors", "-Xswiftc", "-O")
"""The compiler's flags; without optimization, preprocessing forty photographs takes two minutes."""

_OLDEST = (6, 0)
_HEADER = "onnxruntime_c_api.h"


@dataclass(frozen=True)
class Swift:
    """A working toolchain.

    Attributes:
        root: the Debian root that contains it; None if it is installed on this system.
    """

    root: Path | None

    def run(self, command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the toolchain, such as ``["swift", "build"]``, in ``folder``, and return its output.

        Files of the repository and of the system's temporary folder have the same paths inside the root.
        """
        inside = command
        if self.root:
            visible = [REPOSITORY, Path(tempfile.gettempdir()), Path(sysconfig.get_paths()["purelib"])]
            inside = command_inside(self.root, folder, visible, environment, command)
        variables = {**os.environ, **environment}
        return subprocess.run(inside, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def find_swift() -> Swift:
    """Return a toolchain that is ready to use.

    Raises:
        ToolchainMissingError: there is no toolchain; the message says what to do.
    """
    if _installed_version() >= _OLDEST:
        return Swift(None)
    reason = why_not_here()
    if reason:
        raise ToolchainMissingError(reason)
    root = root_folder()
    if not root.is_dir():
        raise ToolchainMissingError("Swift is not set up: python -m ios_demo.toolchain setup")
    return Swift(root)


def onnx_runtime_environment(swift: Swift, folder: Path) -> dict[str, str]:
    """Return the environment variables with which the package finds ONNX Runtime, and write their files to ``folder``.

    The library is the one of this Python's onnxruntime package; its C headers come from Debian.

    Raises:
        ToolchainMissingError: the headers or the library are missing.
    """
    if platform.system() == "Darwin":
        raise ToolchainMissingError(
            "the tests against ONNX Runtime run on Linux; on a Mac, run swift test in the package"
        )
    headers = (swift.root or Path("/")) / ONNX_RUNTIME_HEADERS
    if not (headers / _HEADER).is_file():
        raise ToolchainMissingError(f"no {_HEADER} in {headers}: install Debian's libonnxruntime-dev")
    capi = Path(sysconfig.get_paths()["purelib"], "onnxruntime", "capi")
    libraries = sorted(capi.glob("libonnxruntime.so.*"))
    if not libraries:
        install = f"pip install -c {REPOSITORY}/constraints.txt -e {REPOSITORY}"
        raise ToolchainMissingError(f"no ONNX Runtime library in {capi}: install the toolkit with {install}")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("libonnxruntime.so", "libonnxruntime.so.1"):
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(libraries[-1])
    description = (
        f"Name: onnxruntime\nDescription: ONNX Runtime\nVersion: {libraries[-1].name.partition('.so.')[2]}\n"
        f"Cflags: -I/{ONNX_RUNTIME_HEADERS}\nLibs: -L{folder} -lonnxruntime\n"
    )
    (folder / "libonnxruntime.pc").write_text(description, "utf-8")
    return {"PKG_CONFIG_PATH": str(folder), "LD_LIBRARY_PATH": str(folder)}


def build_package(swift: Swift, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Build CloFormerKit with its tests; only what has changed is built again."""
    command = ["swift", "build", "--build-tests", "--enable-code-coverage", *SWIFT_FLAGS]
    return swift.run(command, PACKAGE, **environment)


def _installed_version() -> tuple[int, int]:
    if shutil.which("swift") is None:
        return (0, 0)
    said = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"Swift version (\d+)\.(\d+)", said)
    return (int(match[1]), int(match[2])) if match else (0, 0)
