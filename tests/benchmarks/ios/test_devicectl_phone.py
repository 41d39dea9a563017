"""An iPhone via devicectl: finding it, its files, its app, and failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.benchmarks.devices.phone import PhoneError, PhoneLostError
from cloformer.benchmarks.ios.devicectl_phone import find_devicectl_phone
from cloformer.model import MissingPackageError, UsageError
from tests.benchmarks.ios.devicectl import IDENTIFIER, UDID, IPhoneDouble


@pytest.mark.parametrize("wanted", [None, UDID, IDENTIFIER])
def test_a_phone_is_found(iphone: IPhoneDouble, wanted: str | None) -> None:
    phone = find_devicectl_phone(wanted)
    assert phone.title == f"iPhone 13 ({IDENTIFIER})"
    assert phone.has_app()


def test_another_phone_is_not_taken_for_it(iphone: IPhoneDouble) -> None:
    with pytest.raises(UsageError, match=f"no iPhone OTHER; connected: iPhone 13 .{UDID}.") as raised:
        find_devicectl_phone("OTHER")
    assert "developer mode" in raised.value.remedy


def test_a_phone_that_does_not_trust_this_computer_is_none(iphone: IPhoneDouble) -> None:
    iphone.paired = False
    with pytest.raises(UsageError, match="there is no iPhone; connected: none"):
        find_devicectl_phone(None)


def test_files_arrive_whole(iphone: IPhoneDouble, tmp_path: Path) -> None:
    phone, local = find_devicectl_phone(None), tmp_path / "a file"
    local.write_bytes(bytes(range(256)) * 500)
    phone.push(local, "bundles/b/a file")
    assert iphone.files == {"bundles/b/a file": local.read_bytes()}
    assert phone.pull("bundles/b/a file") == local.read_bytes()
    assert len(phone.sha256("bundles/b/a file") or "") == 64


def test_a_file_that_is_not_there(iphone: IPhoneDouble) -> None:
    phone = find_devicectl_phone(None)
    assert phone.pull("results/none.jsonl") is None
    assert phone.sha256("results/none.jsonl") is None


def test_a_lost_phone_is_no_missing_file(iphone: IPhoneDouble) -> None:
    phone = find_devicectl_phone(None)
    iphone.files["results/a.jsonl"] = b"records"
    iphone.lost_at = [len(iphone.commands) + 1]
    with pytest.raises(PhoneLostError):
        phone.pull("results/a.jsonl")


def test_what_the_phone_refuses_is_told_in_its_own_words(
    iphone: IPhoneDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = find_devicectl_phone(None)
    real = iphone._do

    def locked(what: list[str], *rest: object) -> dict[str, object]:
        if what[:2] == ["device", "process"]:
            raise LookupError("The device is locked.")
        return real(what, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(iphone, "_do", locked)
    with pytest.raises(PhoneError, match=r"device process launch failed on .*: The device is locked\."):
        phone.begin("request")


def test_without_xcode_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingPackageError, match="needs Xcode on a Mac"):
        find_devicectl_phone(None)
