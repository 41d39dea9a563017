"""A double of ``xcrun``: an executable on the PATH that asks this process what devicectl would answer.

Its inputs and outputs follow devicectl's own help and JSON documents (Xcode 15 and later).
"""

from __future__ import annotations

import itertools
import json
import shutil
import socketserver
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cloformer.benchmarks.ios import APP
from cloformer.benchmarks.records.parts import DeviceFacts
from tests.benchmarks.devices.app_double import AppDouble, Files
from tests.benchmarks.devices.loopback import LoopbackServer

IDENTIFIER, UDID = "11111111-2222-3333-4444-555555555555", "00008110-000A1B2C3D4E5F60"
IPHONE = DeviceFacts(kind="phone", manufacturer="Apple", model="iPhone14,5", os="iOS", os_version="17.5", cores=6)

_SCRIPT = """#!/usr/bin/env bash
exec 3<>/dev/tcp/127.0.0.1/{port}
printf '%s\\n' "$#" "$@" >&3
read -r code <&3
cat <&3 >&2
exit "$code"
"""


@dataclass
class IPhoneDouble:
    """A double of an iPhone.

    Attributes:
        files: contents of the app's Documents folder.
        installed: whether the app is installed.
        lost_at: number of commands that it answers before the cable is pulled; it comes back after ``away`` seconds.
    """

    files: Files = field(default_factory=dict)
    installed: bool = True
    paired: bool = True
    commands: list[list[str]] = field(default_factory=list)
    lost_at: list[int] = field(default_factory=list)
    away: float = 0.3
    _back_at: float = 0.0

    def __post_init__(self) -> None:
        self.app = AppDouble(
            self.files,
            backends={"coreml": ("Core ML", ("all", "cpu")), "onnx": ("ONNX Runtime", ("cpu",))},
            device=IPHONE,
            tool="CloFormer iOS",
        )

    def answer(self, arguments: list[str]) -> tuple[int, str]:
        """Do what devicectl would do, and return its exit code and output."""
        assert arguments[0] == "devicectl"
        self.commands.append(arguments[1:])
        options, own = _options(arguments[1:])
        if self.lost_at and len(self.commands) >= self.lost_at[0]:
            self.lost_at.pop(0)
            self._back_at = time.monotonic() + self.away
        try:
            result = self._do(arguments[1:4], options, own)
        except LookupError as error:
            problem = {"userInfo": {"NSLocalizedDescription": {"string": str(error.args[0])}}}
            _write(options, {"info": {"outcome": "failed"}, "error": problem})
            return 1, f"ERROR: {error.args[0]}"
        _write(options, {"info": {"outcome": "success"}, "result": result})
        return 0, ""

    def _do(self, what: list[str], options: dict[str, str], own: list[str]) -> dict[str, Any]:
        if what[:2] == ["list", "devices"]:
            return {"devices": [self._describe()]}
        if time.monotonic() < self._back_at:
            raise LookupError("The device was disconnected.")
        if options["--device"] != IDENTIFIER:
            raise LookupError("No device was found.")
        place = options.get("--destination" if what[2] == "to" else "--source", "").removeprefix("Documents/")
        match what:
            case ["device", "copy", "to"]:
                self.files[place] = Path(options["--source"]).read_bytes()
            case ["device", "copy", "from"]:
                if place not in self.files:
                    raise LookupError("The file could not be opened because it does not exist.")
                Path(options["--destination"]).write_bytes(self.files[place])
            case ["device", "info", "files"]:
                folder = options["--subdirectory"].removeprefix("Documents/")
                names = [path for path in self.files if path.rpartition("/")[0] == folder]
                return {"files": [{"relativePath": name.rpartition("/")[2]} for name in names]}
            case ["device", "info", "apps"]:
                return {"apps": [{"bundleIdentifier": APP}] if self.installed else []}
            case ["device", "info", "processes"]:
                own_process = {"executable": "file:///private/var/CloFormer.app/CloFormer", "processIdentifier": 7}
                return {"runningProcesses": [own_process] if self.app.running else []}
            case ["device", "install", "app"]:
                self.installed = True
            case ["device", "process", "launch"]:
                self.app.stop()
                assert own[0] == "--request"
                self.app.begin(own[1])
        return {}

    def _describe(self) -> dict[str, Any]:
        reachable = time.monotonic() >= self._back_at
        return {
            "identifier": IDENTIFIER,
            "connectionProperties": {
                "pairingState": "paired" if self.paired else "unpaired",
                "tunnelState": "disconnected" if reachable else "unavailable",
            },
            "hardwareProperties": {"marketingName": "iPhone 13", "productType": "iPhone14,5", "udid": UDID},
        }


def _options(arguments: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the options, and the app's own arguments after a double dash."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    pairs = itertools.pairwise(arguments[:split])
    return {name: value for name, value in pairs if name.startswith("--")}, arguments[split + 1 :]


def _write(options: dict[str, str], document: dict[str, Any]) -> None:
    Path(options["--json-output"]).write_text(json.dumps(document), "utf-8")


class _Handler(socketserver.StreamRequestHandler):
    server: XcrunDouble

    def handle(self) -> None:
        count = int(self.rfile.readline())
        code, printed = self.server.phone.answer([self.rfile.readline().decode().rstrip("\n") for _ in range(count)])
        self.wfile.write(f"{code}\n{printed}\n".encode())


class XcrunDouble(LoopbackServer[IPhoneDouble]):
    """A context in which ``folder`` contains an ``xcrun`` that asks ``phone``."""

    def __init__(self, phone: IPhoneDouble, folder: Path) -> None:
        super().__init__(phone, _Handler)
        script = folder / "xcrun"
        script.write_text(_SCRIPT.format(port=self.port))
        script.chmod(0o755)

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self.phone.app.stop()


MISSING = None if shutil.which("bash") else "the double of xcrun is a bash script"
