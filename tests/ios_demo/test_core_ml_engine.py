"""The Core ML engine, run in a Core ML that gives every input back: which pixels it feeds, and which units it asks for.

The bundle is real; the runtime is a stub (stubs/CoreML.swift). It is no Core ML, and computes no network.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cloformer.runtimes.bundle.bundle import open_bundle
from cloformer.runtimes.bundle.checksum import sha256_of
from ios_demo.toolchain.swift import REPOSITORY, Swift

pytestmark = pytest.mark.nightly
"""Compiling the package once more, against the stub, takes more than a minute."""

_STUBS = Path(__file__).parent / "stubs"
_KIT = REPOSITORY / "ios_demo" / "CloFormerKit" / "Sources" / "CloFormerKit"


@pytest.fixture(scope="module")
def program(swift: Swift, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """core_ml_engine.swift, linked with the stubs and the package."""
    folder = tmp_path_factory.mktemp("core_ml")
    modules = {
        "StubCoreFoundation": [_STUBS / "StubCoreFoundation.swift"],
        "CoreVideo": [_STUBS / "CoreVideo.swift"],
        "CoreML": [_STUBS / "CoreML.swift"],
        "CloFormerKit": sorted(_KIT.rglob("*.swift")),
    }
    common = ["-O", "-swift-version", "6", "-suppress-warnings", "-I", str(folder), "-L", str(folder)]
    linked: list[str] = []
    for name, sources in modules.items():
        library = [
            "-parse-as-library",
            "-emit-library",
            "-emit-module",
            "-module-name",
            name,
            "-module-link-name",
            name,
        ]
        _compile(swift, folder, [*common, *library, *map(str, sources), *linked])
        linked.append(f"-l{name}")
    main = folder / "main.swift"
    shutil.copy(Path(__file__).with_name("core_ml_engine.swift"), main)
    _compile(swift, folder, [*common, str(main), "-o", str(folder / "run"), *linked])
    return folder / "run"


def test_the_pixels_and_the_compute_units_are_the_right_ones(swift: Swift, bundle: Path, program: Path) -> None:
    findings, said = _run(swift, program, bundle)
    inputs, _ = open_bundle(bundle).golden()
    for finding in findings:
        assert finding["outputs"] == np.rint(inputs[0] * 255).ravel().tolist()
    assert {finding["backend"]: finding["placement"] for finding in findings} == {
        "all": {"neural engine": 1, "cpu": 1},
        "cpu-ne": {"neural engine": 1, "cpu": 1},
        "cpu-gpu": {"gpu": 1, "cpu": 1},
        "cpu": {"cpu": 2},
    }
    assert said.startswith("Core ML has no compute units npu: choose all, cpu-ne, cpu-gpu, cpu")


def test_the_units_of_the_manifest_come_first(swift: Swift, bundle: Path, program: Path, tmp_path: Path) -> None:
    changed = _changed(bundle, tmp_path, {"compute_units": "cpu-gpu"})
    findings, _ = _run(swift, program, changed)
    assert [finding["backend"] for finding in findings] == ["cpu-gpu", "all", "cpu-ne", "cpu"]


def test_a_package_that_takes_normalized_tensors_gets_them(
    swift: Swift, bundle: Path, program: Path, tmp_path: Path
) -> None:
    facts = {"kind": "tensor", "dtype": "float32", "value_range": None, "normalization_in_graph": False}
    changed = _changed(bundle, tmp_path, {}, facts)
    findings, _ = _run(swift, program, changed)
    opened = open_bundle(changed)
    contract = opened.manifest.preprocessing
    mean, std = (np.array(values, dtype=np.float32).reshape(3, 1, 1) for values in (contract.mean, contract.std))
    wanted = (opened.golden()[0][0] - mean) / std
    np.testing.assert_allclose(findings[0]["outputs"], wanted.ravel(), rtol=0, atol=1e-6)


def _changed(bundle: Path, folder: Path, artifact: dict[str, Any], given: dict[str, Any] | None = None) -> Path:
    """Copy the bundle, and change what its manifest says of the Core ML package and of its input."""
    copied = Path(shutil.copytree(bundle, folder / bundle.name))
    manifest = json.loads((copied / "manifest.json").read_text("utf-8"))
    (package,) = [facts for facts in manifest["artifacts"] if facts["format"] == "mlpackage"]
    assert sha256_of(copied / package["file"]) == package["sha256"]
    package.update(artifact)
    package["input"].update(given or {})
    (copied / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return copied


def _compile(swift: Swift, folder: Path, arguments: list[str]) -> None:
    done = swift.run(["swiftc", *arguments], folder)
    assert done.returncode == 0, done.stderr


def _run(swift: Swift, program: Path, bundle: Path) -> tuple[list[dict[str, Any]], str]:
    """Return what the program found, and what it says of a unit that there is not."""
    done = swift.run([str(program), str(bundle)], program.parent, LD_LIBRARY_PATH=str(program.parent))
    assert done.returncode == 0, done.stderr
    findings: list[dict[str, Any]] = json.loads(done.stdout)
    return findings, done.stderr
