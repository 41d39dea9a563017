"""The command ``cloformer-bench ios``, with a double of Apple's tool."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from tests.benchmarks.devices.bundles import write_bundle
from tests.benchmarks.ios.devicectl import MISSING, IPhoneDouble, XcrunDouble
from tests.commands.results import Run, assert_clear_failure, assert_refused_at_once
from tests.schemas import schema_text

QUICK = ("--repeats", "1", "--warm-up", "1", "--samples", "3", "--threads", "2")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle", "coreml")


@pytest.fixture
def iphone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[IPhoneDouble]:
    if MISSING:
        pytest.skip(MISSING)
    tools = tmp_path / "bin"
    tools.mkdir()
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("cloformer.benchmarks.ios.command.PAUSE_SECONDS", 0.01)
    with XcrunDouble(IPhoneDouble(), tools) as server:
        yield server.phone


def test_records_follow_the_published_schema(run: Run, bundle: Path, iphone: IPhoneDouble) -> None:
    result = run("cloformer-bench", "ios", bundle, *QUICK, "--json")
    assert result.code == 0, result.stderr
    assert [record["runtime"]["backend"] for record in result.document] == ["all", "cpu"]
    for record in result.document:
        jsonschema.validate(record, json.loads(schema_text("measurement")))


def test_a_phone_without_the_app_is_said(run: Run, bundle: Path, iphone: IPhoneDouble) -> None:
    iphone.installed = False
    assert_clear_failure(run("cloformer-bench", "ios", bundle), 2, "the demo app is not installed", "--app")


def test_wrong_requests_are_refused_without_a_phone(run: Run, bundle: Path, tmp_path: Path) -> None:
    assert_refused_at_once(run("cloformer-bench", "ios", bundle, "--threads", "0"), 2, "--threads")
    assert_refused_at_once(run("cloformer-bench", "ios", bundle, "--app", "none.app"), 2, "none.app")
    assert_refused_at_once(run("cloformer-bench", "ios", tmp_path), 4, "is not a bundle")
