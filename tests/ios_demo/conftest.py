"""A Swift toolchain, an exported bundle, and one build of the package that all workers of a test run share."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from cloformer.export.targets.onnx import OnnxOptions
from cloformer.model.tasks import TaskName
from ios_demo.toolchain.debian_root import ToolchainMissingError
from ios_demo.toolchain.swift import PACKAGE, Swift, build_package, find_swift, onnx_runtime_environment
from tests.artifacts import ArtifactStore, copy_of
from tests.networks import shallow_network

_DENSE: dict[TaskName, OnnxOptions] = {
    "features": OnnxOptions(),
    "segmentation": OnnxOptions(),
    "detection": OnnxOptions(nms=True),
}


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
            _export(exports)
    (found,) = exports.iterdir()
    return found


@pytest.fixture(scope="session")
def dense_bundles(shared_folder: Path, store: ArtifactStore) -> Path:
    """A folder with a bundle of each dense task, a shallow body with random weights in them."""
    bundles = shared_folder / "dense_bundles"
    with FileLock(shared_folder / "dense_bundles.lock"):
        if not bundles.is_dir():
            unfinished = shared_folder / "unfinished_dense_bundles"
            for task, options in _DENSE.items():
                network = shallow_network(task)
                copy_of(store.export(network, "onnx", image_size=(64, 64), options=options), unfinished)
            unfinished.rename(bundles)
    return bundles


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
            build = build_package(swift, environment)
            assert build.returncode == 0, build.stdout[-4000:] + build.stderr[-4000:]
            finished.touch()
    return Built(swift, environment, bundle)


def _export(folder: Path) -> None:
    exporter = str(Path(sys.executable).with_name("cloformer-export"))
    unfinished = folder.with_name(f"unfinished_{folder.name}")
    command = [exporter, "--target", "onnx,coreml", "--checkpoint", "demo", "--image-size", "64"]
    done = subprocess.run([*command, "--output", str(unfinished)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    unfinished.rename(folder)
