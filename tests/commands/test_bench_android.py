"""The command ``cloformer-bench android``, with a double of the adb server."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.commands.results import Run, assert_clear_failure, assert_refused_at_once
from tests.schemas import schema_text

pytest.importorskip("adbutils", reason="the extra android is not installed")

from tests.benchmarks.android.adb_server import AdbServer, PhoneDouble
from tests.benchmarks.devices.bundles import write_bundle

QUICK = ("--repeats", "1", "--warm-up", "1", "--samples", "3", "--threads", "2")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle", "onnx")


def test_records_follow_the_published_schema(
    run: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    phone = PhoneDouble()
    monkeypatch.setattr("cloformer.benchmarks.android.command.PAUSE_SECONDS", 0.01)
    (tmp_path / "app.apk").write_bytes(b"an app")
    with AdbServer(phone) as server:
        monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(server.port))
        command = ("cloformer-bench", "android", bundle, *QUICK, "--app", "app.apk", "--fixed-performance", "--json")
        result = run(*command)
    assert result.code == 0, result.stderr
    for record in result.document:
        jsonschema.validate(record, json.loads(schema_text("measurement")))
    assert {record["runtime"]["backend"] for record in result.document} == {"cpu", "nnapi"}
    assert result.document[0]["repeats"][0]["interference"]["fixed_performance"] is True
    assert phone.commands[-1] == "cmd power set-fixed-performance-mode-enabled false"
    assert "install app.apk on Pixel 6" in result.stderr


def test_a_phone_without_the_app_is_said(run: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with AdbServer(PhoneDouble(app_installed=False)) as server:
        monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(server.port))
        assert_clear_failure(run("cloformer-bench", "android", bundle), 2, "the demo app is not installed", "--app")


def test_wrong_requests_are_refused_without_a_phone(run: Run, bundle: Path, tmp_path: Path) -> None:
    assert_refused_at_once(run("cloformer-bench", "android", bundle, "--threads", "0"), 2, "--threads")
    assert_refused_at_once(run("cloformer-bench", "android", bundle, "--app", "none.apk"), 2, "none.apk")
    assert_refused_at_once(run("cloformer-bench", "android", tmp_path), 4, "is not a bundle")
    (tmp_path / "android.jsonl").touch()
    assert_refused_at_once(run("cloformer-bench", "android", bundle), 2, "--resume")
