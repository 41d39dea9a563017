"""The Kotlin tests: of the core as compiled, of the core as packaged, and of the screens in Android's own framework."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema

from cloformer.benchmarks.devices.app_protocol import AppRequest, Status
from cloformer.benchmarks.records import read_records

from .conftest import ANDROID_DEMO, BUILD, Make

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "measurement.schema.json"

SCREENS = (
    "MainActivity",
    "CameraActivity",
    "PhotoActivity",
    "BenchmarkActivity",
    "SelfTestActivity",
    "HeadlessActivity",
)


def passed(reports: Path) -> set[str]:
    """Names of the tests that ran and passed, as ``Class.name``; a failure or a skipped test is an error."""
    cases = [case for path in reports.glob("TEST-*.xml") for case in ElementTree.parse(path).iter("testcase")]
    unwell = [
        case.get("name")
        for case in cases
        if any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
    ]
    assert not unwell
    return {f"{str(case.get('classname')).rpartition('.')[2]}.{case.get('name')}" for case in cases}


def of_class(tests: set[str], name: str) -> set[str]:
    return {test for test in tests if test.startswith(f"{name}.")}


def test_the_core_passes_its_tests(make: Make) -> None:
    make("build/reports/core.passed")
    tests = passed(BUILD / "reports" / "core")
    assert len(of_class(tests, "BadBundleTest")) >= 30
    assert len(of_class(tests, "PreprocessingVectorsTest")) >= 3 * 20
    assert of_class(tests, "GoldenVectorsTest")
    assert len(of_class(tests, "ParityVectorsTest")) >= 5 * 7 * 7
    assert of_class(tests, "BoxVectorsTest")
    assert of_class(tests, "MaskTest")


def test_the_packaged_classes_pass_the_same_tests(make: Make) -> None:
    make("build/reports/core.passed")
    make("build/reports/round-trip.passed")
    assert passed(BUILD / "reports" / "round-trip") == passed(BUILD / "reports" / "core")


def test_every_screen_is_run_and_drawn(make: Make) -> None:
    make("build/reports/screens.passed")
    assert passed(BUILD / "reports" / "screens")
    pictures = {path.stem for path in (BUILD / "screens").glob("*.png")}
    looks = ("light", "dark", "large-text", "landscape")
    assert pictures >= {f"{screen}-{look}" for screen in SCREENS for look in looks}


def test_the_app_s_records_follow_the_published_schema(make: Make) -> None:
    make("build/reports/core.passed")
    schema = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    files = sorted((BUILD / "records" / "core" / "results").glob("*.jsonl"))
    assert files
    for path in files:
        lines = path.read_text("utf-8").splitlines()
        assert lines
        for line in lines:
            schema.validate(json.loads(line))


def test_the_toolkit_reads_the_app_s_records(make: Make) -> None:
    """The reader computes the summary anew, with NumPy, and joins the lines of a case."""
    make("build/reports/core.passed")
    results = BUILD / "records" / "core" / "results"
    (benchmark,) = read_records(results / "benchmark.jsonl")
    assert [repeat.index for repeat in benchmark.repeats] == [0, 1]
    assert benchmark.summary is not None and benchmark.summary.samples == 10
    assert benchmark.memory is not None
    assert benchmark.throttled  # the tests' device says that it grows hot
    assert all(record.self_test and record.self_test.passed for record in read_records(results / "self-test.jsonl"))


def test_app_and_computer_speak_the_same_protocol(make: Make) -> None:
    make("build/reports/core.passed")
    home = BUILD / "records" / "core"
    statuses = {path.name: Status.model_validate_json(path.read_text("utf-8")) for path in home.glob("results/*.json")}
    assert statuses["inspect.status.json"].choices[0].runtime == "ONNX Runtime"
    assert statuses["stopped.status.json"].state == "stopped"
    for path in (home / "requests").glob("*.json"):
        given = json.loads(path.read_text("utf-8"))
        given.setdefault("protocol", {"name": "default", "repeats": 3, "warm_up": 10, "samples": 50})
        given["protocol"].setdefault("seconds", 0)
        AppRequest.model_validate(given)


def test_the_makefile_builds_nothing_twice(make: Make, apk: Path) -> None:
    before = apk.stat().st_mtime_ns
    make("build/cloformer.apk")
    assert apk.stat().st_mtime_ns == before
    assert (ANDROID_DEMO / "build" / "sizes.json").exists()
