"""The app's headless mode, as a command on Linux: what ``cloformer-bench ios`` asks, and what it gets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cloformer.benchmarks.records import read_records
from cloformer.runtimes.bundle.checksum import sha256_of
from ios_demo.toolchain.swift import REPOSITORY

from .conftest import PACKAGE, Built

_QUICK = {"name": "custom", "repeats": 2, "warm_up": 2, "samples": 12}


class Phone:
    """A folder that stands for the app's own, and the command that stands for the app."""

    def __init__(self, built: Built, home: Path) -> None:
        self._built = built
        self._home = home
        (home / "requests").mkdir()
        self.bundle = Path(shutil.copytree(built.bundle, home / "bundles" / built.bundle.name))

    def ask(self, kind: str, **fields: object) -> dict[str, Any]:
        """Ask for something of the bundle, and return the last status."""
        request = {"schema_version": 1, "kind": kind, "bundle": self.bundle.name, **fields}
        (self._home / "requests" / "ask.json").write_text(json.dumps(request), "utf-8")
        done = self._built.run(str(PACKAGE / ".build" / "debug" / "cloformer-headless"), str(self._home), "ask")
        status: dict[str, Any] = json.loads((self._home / "results" / "ask.status.json").read_text("utf-8"))
        assert done.returncode == (0 if status["state"] == "done" else 4), done.stderr
        return status

    @property
    def manifest(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.bundle / "manifest.json").read_text("utf-8"))
        return content

    @property
    def records(self) -> Path:
        return self._home / "results" / "ask.jsonl"


@pytest.fixture
def phone(built: Built, tmp_path: Path) -> Phone:
    return Phone(built, tmp_path)


def _assert_follow_the_schema(records: Path) -> None:
    schema = json.loads((REPOSITORY / "docs" / "schemas" / "measurement.schema.json").read_text("utf-8"))
    for line in records.read_text("utf-8").splitlines():
        jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(json.loads(line))


def test_a_benchmark_gives_records_of_the_published_schema(phone: Phone) -> None:
    status = phone.ask("benchmark", runtime="ONNX Runtime", precision="fp32", threads=1, protocol=_QUICK)
    assert (status["state"], status["lines"], status.get("problem")) == ("done", 3, None)
    _assert_follow_the_schema(phone.records)
    (record,) = read_records(phone.records)
    assert record.complete
    assert [len(repeat.samples_ns) for repeat in record.repeats] == [12, 12]
    assert record.memory is not None and record.memory.peak_bytes > record.memory.before_bytes
    assert (record.runtime.name, record.runtime.backend, record.runtime.threads) == ("ONNX Runtime", "cpu", 1)
    assert record.tool.name == "CloFormer iOS" and record.device.os == "Linux"


def test_the_self_test_passes_and_joins_the_same_case(phone: Phone) -> None:
    phone.ask("benchmark", precision="fp32", threads=1, protocol=_QUICK, memory=False)
    measured = phone.records.read_text("utf-8")
    assert phone.ask("self-test", precision="fp32", threads=1, protocol=_QUICK)["lines"] == 1
    _assert_follow_the_schema(phone.records)
    phone.records.write_text(measured + phone.records.read_text("utf-8"), "utf-8")
    (record,) = read_records(phone.records)
    assert record.self_test is not None and record.self_test.passed
    assert record.self_test.images == len(phone.manifest["golden"]["images"])
    assert record.summary is not None


def test_a_changed_weight_fails_the_self_test_before_it_runs(phone: Phone) -> None:
    artifact = phone.bundle / "model_fp32.onnx"
    content = bytearray(artifact.read_bytes())
    content[len(content) // 2] ^= 1
    artifact.write_bytes(content)
    status = phone.ask("self-test", precision="fp32")
    assert "model_fp32.onnx does not match the manifest" in status["problem"]
    _assert_follow_the_schema(phone.records)
    (record,) = read_records(phone.records)
    assert record.failure is not None and record.self_test is None


def test_wrong_golden_outputs_fail_the_self_test(phone: Phone) -> None:
    manifest = phone.manifest
    golden = manifest["golden"]
    count = len(golden["images"])
    golden["images"] = golden["images"][:1]
    for facts in (golden["inputs"], golden["outputs"]["logits"]):  # the last image's input, the first one's logits
        path = phone.bundle / facts["file"]
        content = path.read_bytes()
        size = len(content) // count
        facts["shape"][0] = 1
        path.write_bytes(content[-size:] if facts is golden["inputs"] else content[:size])
        facts["sha256"] = sha256_of(path)
    (phone.bundle / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert phone.ask("self-test", precision="fp32")["state"] == "done"
    (record,) = read_records(phone.records)
    assert record.self_test is not None and not record.self_test.passed


def test_an_inspection_lists_what_can_be_run(phone: Phone) -> None:
    status = phone.ask("inspect")
    assert [(choice["runtime"], choice["backend"], choice["file"]) for choice in status["choices"]] == [
        ("ONNX Runtime", "cpu", "model_fp32.onnx")
    ]
    assert not phone.records.exists()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"runtime": "Core ML"}, "fp32 in ONNX Runtime on cpu"),
        ({"precision": "int8"}, "nothing in"),
        ({"bundle": "../requests"}, "not a plain name"),
        ({"bundle": "other"}, "there is no bundle other"),
        ({"threads": 0}, "threads is 0"),
    ],
)
def test_what_cannot_be_done_is_said(phone: Phone, fields: dict[str, object], problem: str) -> None:
    status = phone.ask("self-test", **fields)
    assert status["state"] == "failed" and problem in status["problem"]
