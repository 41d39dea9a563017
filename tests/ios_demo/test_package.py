"""CloFormerKit on Linux: built without warnings, tested with the real ONNX Runtime, formatted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from filelock import FileLock

from ios_demo.toolchain.swift import PACKAGE, REPOSITORY, SWIFT_FLAGS, Swift

from .conftest import Built

_LEAST_COVERAGE = 90.0
_LEAST_VECTORS = 20


@pytest.fixture(scope="module")
def results(built: Built, dense_bundles: Path, shared_folder: Path) -> dict[str, str]:
    """What ``swift test`` says of each test: passed, failed or skipped. Run once for all workers."""
    kept = shared_folder / "results.json"
    with FileLock(shared_folder / "test.lock"):
        if not kept.is_file():
            kept.write_text(json.dumps(_run_swift_tests(built, dense_bundles, shared_folder)), "utf-8")
    found: dict[str, str] = json.loads(kept.read_text("utf-8"))
    return found


def test_every_swift_test_runs_and_passes(results: dict[str, str]) -> None:
    assert len(results) >= 80
    assert {name: outcome for name, outcome in results.items() if outcome != "passed"} == {}


def test_the_shared_preprocessing_vectors_were_among_them(results: dict[str, str]) -> None:
    suite = [name for name in results if "PreprocessingVectorTests" in name]
    assert any("theCropIsPythonsTo1Of255" in name for name in suite)
    assert any("whatPythonRefusesIsRefused" in name for name in suite)


def test_parity_masks_and_boxes_were_compared_with_pythons(results: dict[str, str]) -> None:
    suite = {name.partition("DenseVectorTests")[2] for name in results}
    for test in ("theBoxesArePythons", "theMasksArePythons", "theVerdictIsPythons"):
        assert any(test in name for name in suite)


def test_onnx_runtime_ran_the_exported_bundles(results: dict[str, str]) -> None:
    for suite in ("OnnxRuntimeTests", "DenseOnnxRuntimeTests"):
        assert any(f".{suite}." in name and "goldenVectorsAreWithinBounds" in name for name in results)


def test_bad_bundles_were_refused(results: dict[str, str]) -> None:
    assert sum("BadBundleTests" in name for name in results) >= 10


@pytest.mark.usefixtures("results")
def test_coverage() -> None:
    report = json.loads((PACKAGE / ".build" / "debug" / "codecov" / "CloFormerKit.json").read_text("utf-8"))
    sources = [file for file in report["data"][0]["files"] if f"{PACKAGE.name}/Sources/" in file["filename"]]
    lines = [file["summary"]["lines"] for file in sources]
    assert len(lines) >= 30
    assert 100 * sum(line["covered"] for line in lines) / sum(line["count"] for line in lines) >= _LEAST_COVERAGE


def test_formatting(swift: Swift) -> None:
    folders = [PACKAGE / "Package.swift", PACKAGE / "Sources", PACKAGE / "Tests", PACKAGE.parent / "App"]
    style = str(PACKAGE.parent / ".swift-format")
    command = ["swift", "format", "lint", "--strict", "--recursive", "--configuration", style]
    done = swift.run([*command, *map(str, folders)], PACKAGE)
    assert (done.returncode, done.stderr) == (0, "")


def _run_swift_tests(built: Built, dense_bundles: Path, folder: Path) -> dict[str, str]:
    vectors = folder / "vectors"
    subprocess.run([sys.executable, "-m", "tests.preprocessing_vectors", str(vectors)], cwd=REPOSITORY, check=True)
    assert len(json.loads((vectors / "index.json").read_text("utf-8"))["images"]) >= _LEAST_VECTORS
    dense = folder / "dense.json"
    subprocess.run([sys.executable, "-m", "tests.dense_vectors", str(dense)], cwd=REPOSITORY, check=True)
    done = built.run(
        *("swift", "test", "--skip-build", "--enable-code-coverage", *SWIFT_FLAGS),
        *("--xunit-output", str(folder / "results.xml")),
        CLOFORMER_BUNDLE=str(built.bundle),
        CLOFORMER_DENSE_BUNDLES=str(dense_bundles),
        CLOFORMER_PREPROCESSING_VECTORS=str(vectors),
        CLOFORMER_DENSE_VECTORS=str(dense),
    )
    report = ElementTree.parse(folder / "results-swift-testing.xml")
    results = {}
    for case in report.iter("testcase"):
        outcome = "failed" if case.find("failure") is not None else "passed"
        outcome = "skipped" if case.find("skipped") is not None else outcome
        results[f"{case.get('classname')}.{case.get('name')}"] = outcome
    assert done.returncode == 0 or "failed" in results.values(), done.stdout[-4000:] + done.stderr[-4000:]
    return results
