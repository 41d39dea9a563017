"""A real adb client with the server double: finding phones, files, the app, and every kind of failure."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("adbutils", reason="the extra android is not installed")

from cloformer.benchmarks.android.adb_phone import find_phone
from cloformer.benchmarks.devices.phone import PhoneError, PhoneLostError
from cloformer.model import UsageError
from tests.benchmarks.android.adb_server import SERIAL, PhoneDouble


def test_a_phone_is_found_and_looked_at(double: PhoneDouble) -> None:
    phone = find_phone(None)
    assert phone.title == f"Pixel 6 ({SERIAL})"
    state = phone.state()
    assert (state.battery_percent, state.charging, state.celsius) == (80, False, 28.7)
    assert (state.thermal, state.screen_on, state.airplane_mode) == ("none", True, True)
    assert phone.free_bytes() == 10 * 2**30


@pytest.mark.parametrize(
    ("serial", "state", "reason"),
    [
        ("OTHER", "device", "no Android device OTHER"),
        (None, "unauthorized", "unauthorized"),
        (None, "offline", "offline"),
    ],
)
def test_a_phone_that_cannot_be_used_is_said(double: PhoneDouble, serial: str | None, state: str, reason: str) -> None:
    double.state = state
    with pytest.raises(UsageError, match=reason):
        find_phone(serial)


@pytest.mark.parametrize("size", [0, 1, 65536, 300_001])
def test_files_arrive_whole(double: PhoneDouble, tmp_path: Path, size: int) -> None:
    phone, local = find_phone(None), tmp_path / "a file"
    local.write_bytes(bytes(index % 251 for index in range(size)))
    phone.push(local, "bundles/b/it's a file")
    assert double.files["bundles/b/it's a file"] == local.read_bytes()
    assert list(double.files) == ["bundles/b/it's a file"]
    assert phone.pull("bundles/b/it's a file") == local.read_bytes()
    assert len(phone.sha256("bundles/b/it's a file") or "") == 64


def test_a_file_that_is_not_there(double: PhoneDouble) -> None:
    phone = find_phone(None)
    assert phone.pull("results/none.jsonl") is None
    assert phone.sha256("results/none.jsonl") is None


def test_a_full_phone_says_how_full_it_is(double: PhoneDouble, tmp_path: Path) -> None:
    phone, local = find_phone(None), tmp_path / "file"
    local.write_bytes(bytes(200_000))
    double.free_bytes = 100_000
    with pytest.raises(PhoneError, match="does not accept bundles/file") as raised:
        phone.push(local, "bundles/file")
    assert not isinstance(raised.value, PhoneLostError)
    assert "0 MB left" in raised.value.remedy
    assert double.files == {}


def test_a_cable_pulled_in_the_middle_of_a_file_leaves_none(double: PhoneDouble, tmp_path: Path) -> None:
    phone, local = find_phone(None), tmp_path / "file"
    local.write_bytes(bytes(300_000))
    double.lost_at = [double.answered + 5]
    with pytest.raises(PhoneLostError):
        phone.push(local, "bundles/file")
    assert double.files == {}


def test_a_command_that_fails_is_told(double: PhoneDouble) -> None:
    phone = find_phone(None)
    with pytest.raises(PhoneError, match=r"'frobnicate' failed on .*: /system/bin/sh: frobnicate"):
        phone._shell("frobnicate")


def test_the_app_is_installed(double: PhoneDouble, tmp_path: Path) -> None:
    double.app_installed = False
    phone, apk = find_phone(None), tmp_path / "app.apk"
    assert not phone.has_app()
    apk.write_bytes(b"an app")
    phone.install(apk)
    assert phone.has_app()
    apk.write_bytes(b"no app")
    with pytest.raises(PhoneError, match="INSTALL_FAILED_INVALID_APK"):
        phone.install(apk)


def test_performance_is_fixed_and_freed(double: PhoneDouble) -> None:
    phone = find_phone(None)
    assert phone.state().fixed_performance is False
    phone.fix_performance(wanted=True)
    assert phone.state().fixed_performance is True
    phone.fix_performance(wanted=False)
    assert [command for command in double.commands if command.startswith("cmd power")] == [
        "cmd power set-fixed-performance-mode-enabled true",
        "cmd power set-fixed-performance-mode-enabled false",
    ]
