"""A double of usbmuxd with one iPhone, for a real client: the messages of usbmuxd, lockdownd and AFC.

It only offers the files and the battery of a phone. Starting an app goes through an encrypted tunnel (RemoteXPC),
which this double does not speak.
"""

from __future__ import annotations

import contextlib
import plistlib
import socketserver
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.devices.app_double import Files
from tests.benchmarks.devices.loopback import LoopbackServer, read_exactly

UDID = "00008110-000A1B2C3D4E5F60"
_LOCKDOWN_PORT, _AFC_PORT, _DIAGNOSTICS_PORT = 62078, 50001, 50002
_PORTS = {"com.apple.mobile.house_arrest": _AFC_PORT, "com.apple.mobile.diagnostics_relay": _DIAGNOSTICS_PORT}
_HOME = "/Documents/"

_STATUS, _DATA, _MAKE_DIR, _INFO, _DEVICE_INFO = 1, 2, 9, 10, 11
_OPEN, _OPENED, _READ, _WRITE, _CLOSE, _RENAME = 13, 14, 15, 16, 20, 24
_OBJECT_NOT_FOUND, _NO_SPACE_LEFT = 8, 18
_MAGIC = b"CFA6LPAA"


@dataclass
class UsbPhoneDouble:
    """A double of an iPhone.

    Attributes:
        files: contents of the app's documents.
        free_bytes: free space for files.
        hundredths: temperature of the battery in hundredths of a degree.
        lost_at: number of messages that it answers before the cable is pulled; it comes back after ``away`` seconds.
    """

    files: Files = field(default_factory=dict)
    installed: bool = True
    free_bytes: int = 10 * 2**30
    hundredths: int = 2870
    lost_at: list[int] = field(default_factory=list)
    away: float = 0.1
    answered: int = 0
    _back_at: float = 0.0

    def connected(self) -> bool:
        return time.monotonic() >= self._back_at

    def count(self) -> None:
        self.answered += 1
        if self.lost_at and self.answered >= self.lost_at[0]:
            self.lost_at.pop(0)
            self._back_at = time.monotonic() + self.away
            raise ConnectionResetError


class _Connection(socketserver.BaseRequestHandler):
    server: UsbmuxdDouble

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, EOFError):
            self._usbmuxd()

    def _usbmuxd(self) -> None:
        while True:
            length, version, kind, tag = struct.unpack("<4I", self._read(16))
            message = plistlib.loads(self._read(length - 16))
            phone = self.server.phone
            port = None
            match message["MessageType"]:
                case "ReadBUID":
                    answer: dict[str, Any] = {"BUID": "A-BUID"}
                case "ListDevices":
                    facts = {"SerialNumber": UDID, "ConnectionType": "USB"}
                    attached = {"MessageType": "Attached", "DeviceID": 1, "Properties": facts}
                    answer = {"DeviceList": [attached] if phone.connected() else []}
                case "ReadPairRecord":
                    record = {"HostID": "A-HOST", "SystemBUID": "A-BUID"}
                    answer = {"PairRecordData": plistlib.dumps(record)}
                case "Connect":
                    port = struct.unpack(">H", struct.pack("<H", message["PortNumber"]))[0]
                    answer = {"MessageType": "Result", "Number": 0 if phone.connected() else 2}
                case _:
                    answer = {"MessageType": "Result", "Number": 1}
            body = plistlib.dumps(answer)
            self.request.sendall(struct.pack("<4I", 16 + len(body), version, kind, tag) + body)
            if port is not None and phone.connected():
                return {_LOCKDOWN_PORT: self._lockdown, _AFC_PORT: self._afc, _DIAGNOSTICS_PORT: self._diagnostics}[
                    port
                ]()

    def _services(self) -> dict[int, Callable[[], None]]:
        return {_LOCKDOWN_PORT: self._lockdown, _AFC_PORT: self._afc, _DIAGNOSTICS_PORT: self._diagnostics}

    def _lockdown(self) -> None:
        while True:
            message = self._read_plist()
            answer: dict[str, Any] = {"Request": message["Request"]}
            match message["Request"]:
                case "QueryType":
                    answer["Type"] = "com.apple.mobile.lockdown"
                case "GetValue":
                    answer["Value"] = {
                        **{"UniqueDeviceID": UDID, "ProductType": "iPhone14,5", "ProductVersion": "17.5"},
                        **{"DeviceClass": "iPhone", "UniqueChipID": 1, "DevicePublicKey": b"key"},
                    }
                case "StartSession":
                    answer |= {"SessionID": "A-SESSION", "EnableSessionSSL": False}
                case "StartService":
                    answer |= {"Service": message["Service"], "Port": _PORTS[message["Service"]]}
            self._send_plist(answer)

    def _diagnostics(self) -> None:
        while True:
            self._read_plist()
            battery = {"CurrentCapacity": 80, "IsCharging": False, "Temperature": self.server.phone.hundredths}
            self._send_plist({"Status": "Success", "Diagnostics": {"IORegistry": battery}})

    def _afc(self) -> None:
        vend = self._read_plist()
        assert vend["Command"] == "VendDocuments"
        if not self.server.phone.installed:
            return self._send_plist({"Error": "ApplicationLookupFailed"})
        self._send_plist({"Status": "Complete"})
        opened: dict[int, str] = {}
        places: dict[int, int] = {}
        while True:
            magic, whole, _, number, operation = struct.unpack("<8s4Q", self._read(40))
            assert magic == _MAGIC
            body = self._read(whole - 40)
            self.server.phone.count()
            kind, answer = self._do(operation, body, opened, places)
            self.request.sendall(struct.pack("<8s4Q", _MAGIC, 40 + len(answer), 40, number, kind) + answer)

    def _do(self, operation: int, body: bytes, opened: dict[int, str], places: dict[int, int]) -> tuple[int, bytes]:
        phone = self.server.phone
        names = _names(body) if operation in (_INFO, _RENAME) else []
        if operation == _DEVICE_INFO:
            return _DATA, f"Model\0iPhone14,5\0FSFreeBytes\0{phone.free_bytes}\0".encode()
        if operation == _INFO:
            content = phone.files.get(names[0])
            if content is None:
                return _STATUS, struct.pack("<Q", _OBJECT_NOT_FOUND)
            facts = {"st_size": len(content), "st_blocks": 1, "st_nlink": 1, "st_ifmt": "S_IFREG"}
            facts |= {"st_mtime": 1_700_000_000 * 10**9, "st_birthtime": 1_700_000_000 * 10**9}
            return _DATA, "".join(f"{name}\0{value}\0" for name, value in facts.items()).encode()
        if operation == _OPEN:
            name = body[8:].split(b"\0")[0].decode().removeprefix(_HOME)
            handle = len(opened) + 1
            opened[handle], places[handle] = name, 0
            if struct.unpack("<Q", body[:8])[0] == 3:  # for writing
                phone.files[name] = b""
            return _OPENED, struct.pack("<Q", handle)
        if operation in (_READ, _WRITE):
            handle = struct.unpack("<Q", body[:8])[0]
            return self._transfer(operation, opened[handle], body[8:], handle, places)
        if operation == _RENAME:
            phone.files[names[1]] = phone.files.pop(names[0])
        return _STATUS, struct.pack("<Q", 0)  # also folders made and files closed

    def _transfer(
        self, operation: int, name: str, body: bytes, handle: int, places: dict[int, int]
    ) -> tuple[int, bytes]:
        phone = self.server.phone
        if operation == _WRITE:
            if len(body) > phone.free_bytes:
                return _STATUS, struct.pack("<Q", _NO_SPACE_LEFT)
            phone.free_bytes -= len(body)
            phone.files[name] += body
            return _STATUS, struct.pack("<Q", 0)
        start, size = places[handle], struct.unpack("<Q", body)[0]
        places[handle] = start + size
        return _DATA, phone.files[name][start : start + size]

    def _read_plist(self) -> dict[str, Any]:
        message: dict[str, Any] = plistlib.loads(self._read(struct.unpack(">I", self._read(4))[0]))
        return message

    def _send_plist(self, message: dict[str, Any]) -> None:
        body = plistlib.dumps(message)
        self.request.sendall(struct.pack(">I", len(body)) + body)

    def _read(self, count: int) -> bytes:
        return read_exactly(self.request, count)


def _names(body: bytes) -> list[str]:
    return [part.decode().removeprefix(_HOME) for part in body.split(b"\0")[:-1]]


class UsbmuxdDouble(LoopbackServer[UsbPhoneDouble]):
    """A server that listens on its own port while its context is open; ``USBMUXD_SOCKET_ADDRESS`` points to it."""

    def __init__(self, phone: UsbPhoneDouble) -> None:
        super().__init__(phone, _Connection)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"
