"""An iPhone via Xcode's own tool, ``xcrun devicectl``: on a Mac, for iOS 17 and later."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from cloformer.benchmarks.devices.phone import Phone, PhoneError, PhoneLostError, PhoneState
from cloformer.model import MissingPackageError, UsageError
from cloformer.runtimes.bundle.checksum import sha256_of

from . import APP, DOCUMENTS

_SECONDS = 300
"""Timeout of one call; copying a large file takes a while."""

_PAIRED = "paired"
_CONNECT = "connect one by cable, unlock it, trust this computer, and enable developer mode"


def find_devicectl_phone(udid: str | None) -> DevicectlPhone:
    """Return the paired iPhone with this identifier, or the only connected one if ``udid`` is None.

    Raises:
        MissingPackageError: Xcode is not installed.
        UsageError: there is no such iPhone, or there are several.
    """
    devices = [
        device
        for device in _devices()
        if device["connectionProperties"].get("pairingState") == _PAIRED and _is_reachable(device)
    ]
    wanted = [device for device in devices if udid in (None, device["identifier"], _hardware(device).get("udid"))]
    names = ", ".join(f"{_name(device)} ({_hardware(device).get('udid')})" for device in devices) or "none"
    if not wanted:
        raise UsageError(f"there is no iPhone {udid or ''}".strip() + f"; connected: {names}", _CONNECT)
    if len(wanted) > 1:
        raise UsageError(f"several iPhones are connected: {names}", "choose one with --udid")
    return DevicectlPhone(wanted[0]["identifier"], _name(wanted[0]))


class DevicectlPhone(Phone):
    """One iPhone that devicectl can reach."""

    def __init__(self, identifier: str, name: str) -> None:
        self._identifier = identifier
        self.title = f"{name} ({identifier})"

    def state(self) -> PhoneState:
        """Return an empty state: devicectl reports none, but the app records the thermal state of every sample."""
        return PhoneState()

    def has_app(self) -> bool:
        """Whether the demo app is installed."""
        found = self._run("device", "info", "apps", "--bundle-id", APP)["apps"]
        return any(app.get("bundleIdentifier") == APP for app in found)

    def install(self, app: Path) -> None:
        """Install the signed demo app, replacing an older version."""
        self._run("device", "install", "app", str(app))

    def free_bytes(self) -> int | None:
        """Return None, because devicectl does not report the free space."""
        return None

    def sha256(self, path: str) -> str | None:
        """Return the hash of a file, which is copied to this computer because iPhones offer no hashing command."""
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder, "file")
            return sha256_of(local) if self._copy_from(path, local) else None

    def push(self, local: Path, path: str) -> None:
        """Copy a file to the iPhone."""
        self._run("device", "copy", "to", "--source", str(local), "--destination", f"{DOCUMENTS}/{path}", *_CONTAINER)

    def pull(self, path: str) -> bytes | None:
        """Return the contents of a file."""
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder, "file")
            return local.read_bytes() if self._copy_from(path, local) else None

    def begin(self, request: str) -> None:
        """Restart the app with a request."""
        self._run("device", "process", "launch", "--terminate-existing", APP, "--", "--request", request)

    def app_is_running(self) -> bool:
        """Whether the app's process is running."""
        processes = self._run("device", "info", "processes")["runningProcesses"]
        return any("/CloFormer.app/" in process.get("executable", "") for process in processes)

    def is_connected(self) -> bool:
        """Whether devicectl lists the iPhone as reachable."""
        return any(device["identifier"] == self._identifier and _is_reachable(device) for device in _devices())

    def _copy_from(self, path: str, local: Path) -> bool:
        """Copy a file to this computer, and return whether it existed."""
        source = f"{DOCUMENTS}/{path}"
        try:
            self._run("device", "copy", "from", "--source", source, "--destination", str(local), *_CONTAINER)
        except PhoneLostError:
            raise
        except PhoneError:
            if self._exists(path):
                raise
            return False
        return local.exists()

    def _exists(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        try:
            files = self._run("device", "info", "files", "--subdirectory", f"{DOCUMENTS}/{folder}", *_CONTAINER)[
                "files"
            ]
        except PhoneLostError:
            raise
        except PhoneError:
            return False  # the folder does not exist either
        return any(file.get("relativePath", "").rpartition("/")[2] == name for file in files)

    def _run(self, *arguments: str) -> dict[str, Any]:
        """Run devicectl on this phone and return the result of its JSON document."""
        what, rest = arguments[:3], arguments[3:]
        done, document = _devicectl(*what, "--device", self._identifier, *rest)
        if done.returncode == 0:
            result: dict[str, Any] = document.get("result", {})
            return result
        reason = _reason(document) or done.stderr.strip() or "no reason given"
        if "disconnected" in reason or not self.is_connected():  # it may already be back
            raise PhoneLostError(f"{self.title} is disconnected", "plug it in, unlock it, then --resume")
        raise PhoneError(f"{' '.join(what)} failed on {self.title}: {reason}", "unlock the phone, and check it")


_CONTAINER = ("--domain-type", "appDataContainer", "--domain-identifier", APP)


def _devices() -> list[dict[str, Any]]:
    done, document = _devicectl("list", "devices")
    if done.returncode:
        raise PhoneError(f"devicectl cannot list devices: {done.stderr.strip()}", "open Xcode once")
    found: list[dict[str, Any]] = document["result"]["devices"]
    return found


def _devicectl(*arguments: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """Run devicectl and read the JSON document that it writes: the only output that Apple promises to keep stable."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "devicectl.json")
        split = arguments.index("--") if "--" in arguments else len(arguments)
        options = ["--json-output", str(output), "--quiet"]
        command = ["xcrun", "devicectl", *arguments[:split], *options, *arguments[split:]]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
        except FileNotFoundError as error:
            raise MissingPackageError("reaching an iPhone needs Xcode on a Mac", "install Xcode 15 or later") from error
        except subprocess.TimeoutExpired as error:
            raise PhoneLostError(f"no answer in {_SECONDS} s", "plug the phone in again") from error
        try:
            document: dict[str, Any] = json.loads(output.read_text("utf-8"))
        except (OSError, json.JSONDecodeError):
            document = {}
        return done, document


def _reason(document: dict[str, Any]) -> str | None:
    text = document.get("error", {}).get("userInfo", {}).get("NSLocalizedDescription", {}).get("string")
    return str(text) if text else None


def _is_reachable(device: dict[str, Any]) -> bool:
    return device["connectionProperties"].get("tunnelState") in ("connected", "disconnected")


def _hardware(device: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = device.get("hardwareProperties", {})
    return found


def _name(device: dict[str, Any]) -> str:
    return str(_hardware(device).get("marketingName") or _hardware(device).get("productType") or "iPhone")
