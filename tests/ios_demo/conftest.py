"""A Swift toolchain, an exported bundle, and one build of the package that all workers of a test run share."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from ios_demo.toolchain.debian_root import ToolchainMissingError
from ios_demo.toolchain.swift import REPOSITORY, Swift, find_swift, onnx_runtime_environment

PACKAGE = REPOSITORY / "ios_demo" / "CloFormerKit"
SWIFT_FLAGS = ("-Xswiftc", "-warnings-as-errors", "-Xswiftc", "-O")
"""Optimised: the preprocessing of forty photographs takes two minutes otherwise."""

_CLASSIFIER = ("--target", "onnx,coreml", "--checkpoint", "demo")
_DENSE = tuple(
    ("--target", "onnx", "--task", *task) for task in (("features",), ("segmentation",), ("detection", "--nms"))
)


@dataclass(frozen=True)
class Built:
    """The package, built with its tests and without warnings.

    Attributes:
        swift: the toolchain.
        environment: with which ONNX Runtime is found.
        bundle: that cloformer-export made for it.
    """

    swift: Swift
    environment: dict[str, str]
    bundle: Path

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the package's folder."""
        return self.swift.run(list(command), PACKAGE, **self.environment, **environment)


@pytest.fixture(scope="session")
def swift() -> Swift:
    """The toolchain that ``python -m ios_demo.toolchain setup`` made, or an installed one."""
    try:
        return find_swift()
    except ToolchainMissingError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def shared_folder(run_folder: Path) -> Path:
    """Where the workers share exports and the built package."""
    folder = run_folder / "ios_demo"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def bundle(shared_folder: Path) -> Path:
    """What ``cloformer-export`` makes for both apps, exported once for all workers."""
    exports = shared_folder / "exports"
    with FileLock(shared_folder / "exports.lock"):
        if not exports.is_dir():
            _export(exports, _CLASSIFIER)
    (found,) = exports.iterdir()
    return found


@pytest.fixture(scope="session")
def dense_bundles(shared_folder: Path) -> Path:
    """A folder with a bundle of each dense task, random weights in them, exported once for all workers."""
    exports = shared_folder / "dense_exports"
    with FileLock(shared_folder / "dense_exports.lock"):
        if not exports.is_dir():
            _export(exports, *_DENSE)
    return exports


@pytest.fixture(scope="session")
def built(swift: Swift, bundle: Path, shared_folder: Path) -> Built:
    """Build the package, once for all workers."""
    try:
        environment = onnx_runtime_environment(swift, PACKAGE / ".build" / "onnxruntime")
    except ToolchainMissingError as error:
        pytest.skip(str(error))
    finished = shared_folder / "built"
    with FileLock(shared_folder / "build.lock"):
        if not finished.exists():
            build = swift.run(
                ["swift", "build", "--build-tests", "--enable-code-coverage", *SWIFT_FLAGS], PACKAGE, **environment
            )
            assert build.returncode == 0, build.stdout[-4000:] + build.stderr[-4000:]
            finished.touch()
    return Built(swift, environment, bundle)


def _export(folder: Path, *bundles: tuple[str, ...]) -> None:
    exporter = str(Path(sys.executable).with_name("cloformer-export"))
    unfinished = folder.with_name(f"unfinished_{folder.name}")
    for options in bundles:
        command = [exporter, *options, "--image-size", "64", "--output", str(unfinished)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    unfinished.rename(folder)
