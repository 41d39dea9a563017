"""An iPhone via a real usbmuxd client: its files, its battery, and failures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

pytest.importorskip("pymobiledevice3", reason="the extra ios is not installed")

from cloformer.benchmarks.devices.campaign import CampaignOptions, measure_phone
from cloformer.benchmarks.devices.patience import Patience
from cloformer.benchmarks.devices.phone import PhoneError, PhoneLostError
from cloformer.benchmarks.ios import usbmux_phone
from cloformer.benchmarks.ios.usbmux_phone import find_usbmux_phone
from cloformer.model import MissingPackageError, UsageError
from tests.benchmarks.devices.app_double import AppDouble
from tests.benchmarks.ios.devicectl import IPHONE
from tests.benchmarks.ios.test_campaign import QUICK, TOOL, assert_whole
from tests.benchmarks.ios.usbmuxd import UDID, UsbmuxdDouble, UsbPhoneDouble


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[UsbPhoneDouble]:
    monkeypatch.setenv("HOME", str(tmp_path))  # the client keeps what it learns of pairings there
    with UsbmuxdDouble(UsbPhoneDouble()) as server:
        monkeypatch.setenv("USBMUXD_SOCKET_ADDRESS", server.address)
        yield server.phone


def test_a_phone_is_found_and_looked_at(double: UsbPhoneDouble) -> None:
    phone = find_usbmux_phone(UDID)
    assert phone.title == f"iPhone14,5 ({UDID})"
    state = phone.state()
    assert (state.battery_percent, state.charging, state.celsius) == (80, False, 28.7)
    assert phone.free_bytes() == 10 * 2**30
    assert phone.has_app()
    double.installed = False
    assert not phone.has_app()


def test_another_phone_is_not_taken_for_it(double: UsbPhoneDouble) -> None:
    with pytest.raises(UsageError, match=f"no iPhone OTHER; connected: {UDID}"):
        find_usbmux_phone("OTHER")


@pytest.mark.parametrize("size", [0, 1, 5 * 2**20 + 1])
def test_files_arrive_whole(double: UsbPhoneDouble, tmp_path: Path, size: int) -> None:
    phone, local = find_usbmux_phone(None), tmp_path / "a file"
    local.write_bytes(bytes(index % 251 for index in range(1000)) * (size // 1000) + bytes(size % 1000))
    phone.push(local, "bundles/b/a file")
    assert double.files == {"bundles/b/a file": local.read_bytes()}
    assert phone.pull("bundles/b/a file") == local.read_bytes()
    assert len(phone.sha256("bundles/b/a file") or "") == 64


def test_a_file_that_is_not_there(double: UsbPhoneDouble) -> None:
    phone = find_usbmux_phone(None)
    assert phone.pull("results/none.jsonl") is None
    assert phone.sha256("results/none.jsonl") is None


def test_a_full_phone_is_said(double: UsbPhoneDouble, tmp_path: Path) -> None:
    phone, local = find_usbmux_phone(None), tmp_path / "file"
    local.write_bytes(bytes(1000))
    double.free_bytes = 10
    with pytest.raises(PhoneError, match="is full") as raised:
        phone.push(local, "bundles/file")
    assert not isinstance(raised.value, PhoneLostError)
    assert "bundles/file" not in double.files


def test_a_pulled_cable_is_a_lost_phone(double: UsbPhoneDouble, tmp_path: Path) -> None:
    phone, local = find_usbmux_phone(None), tmp_path / "file"
    local.write_bytes(bytes(1000))
    double.lost_at, double.away = [double.answered + 3], 60
    with pytest.raises(PhoneLostError):
        phone.push(local, "bundles/file")
    assert not phone.is_connected()
    assert "bundles/file" not in double.files


def test_without_usbmuxd_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USBMUXD_SOCKET_ADDRESS", "127.0.0.1:1")
    with pytest.raises(MissingPackageError, match="usbmuxd does not answer"):
        find_usbmux_phone(None)


def test_a_whole_measurement_with_the_tunnel_replaced(
    double: UsbPhoneDouble, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = AppDouble(
        double.files,
        backends={"coreml": ("Core ML", ("all", "cpu")), "onnx": ("ONNX Runtime", ("cpu",))},
        device=IPHONE,
        tool="CloFormer iOS",
    )

    async def launch(_udid: str, _app: str, arguments: Sequence[str]) -> None:
        app.stop()
        app.begin(arguments[1])

    async def app_is_running(_udid: str) -> bool:
        return app.running

    monkeypatch.setattr(usbmux_phone, "launch", launch)
    monkeypatch.setattr(usbmux_phone, "app_is_running", app_is_running)
    double.lost_at = [40, 90]
    said: list[str] = []
    records = measure_phone(
        find_usbmux_phone(None),
        CampaignOptions([bundle], [2], QUICK),
        tmp_path / "ios.jsonl",
        Patience(5, 0.01, said.append),
        TOOL,
        said.append,
    )
    assert_whole(records)
    assert any("broke: waiting" in line for line in said)
    app.stop()
