"""An adb server double with one phone, for a real adb client: adb's own protocol over a real socket.

It follows Android's documentation (system/core/adb: OVERVIEW.TXT, SERVICES.TXT, SYNC.TXT): requests are a length in
four hexadecimal digits and a text, answers are OKAY or FAIL, and files are sent with the messages of the sync service.
"""

from __future__ import annotations

import contextlib
import hashlib
import shlex
import socket
import socketserver
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.benchmarks.devices.app_double import AppDouble, Files
from tests.benchmarks.devices.loopback import LoopbackServer, read_exactly

SERIAL = "PIXEL6DOUBLE"
HOME = "/sdcard/Android/data/org.cloformer.demo/files/"
_FILE, _FOLDER = 0o100666, 0o040777


@dataclass
class PhoneDouble:
    """A double of an Android phone.

    Attributes:
        files: contents of the app's folder; files elsewhere have their full path as the key.
        thermal: thermal statuses that it reports one after another, repeating the last one.
        free_bytes: free space for files.
        slow: seconds that each answer takes.
        commands: commands of its shell, in order.
        lost_at: number of requests that it answers before the cable is pulled; it comes back after ``away`` seconds.
    """

    files: Files = field(default_factory=dict)
    thermal: list[int] = field(default_factory=lambda: [0])
    battery: int = 80
    free_bytes: int = 10 * 2**30
    slow: float = 0.0
    app_installed: bool = True
    state: str = "device"
    commands: list[str] = field(default_factory=list)
    lost_at: list[int] = field(default_factory=list)
    away: float = 0.3
    answered: int = 0
    _back_at: float = 0.0

    def __post_init__(self) -> None:
        self.app = AppDouble(self.files)

    def connected(self) -> bool:
        return time.monotonic() >= self._back_at

    def count(self) -> None:
        """Pull the cable at the request chosen by the test, once and for a while."""
        self.answered += 1
        if self.lost_at and self.answered >= self.lost_at[0]:
            self.lost_at.pop(0)
            self._back_at = time.monotonic() + self.away
            raise CablePulledError

    def key(self, path: str) -> str:
        return path.removeprefix(HOME)

    def shell(self, line: str) -> tuple[str, int]:
        """Return what the phone's shell prints, and its exit status."""
        self.commands.append(line)
        words = shlex.split(line)
        for start, answer in self._answers().items():
            if line.startswith(start):
                return answer(words)
        return f"/system/bin/sh: {words[0]}: inaccessible or not found", 127

    def _answers(self) -> dict[str, Callable[[list[str]], tuple[str, int]]]:
        return {
            "getprop ro.product.model": lambda _: ("Pixel 6", 0),
            "dumpsys battery": lambda _: (_BATTERY.format(level=self.battery), 0),
            "dumpsys thermalservice": lambda _: (
                f"IsStatusOverride: false\nThermal Status: {self._heat()}\n",
                0,
            ),
            "dumpsys power": lambda _: ("POWER MANAGER (dumpsys power)\n  mWakefulness=Awake\n", 0),
            "settings get global airplane_mode_on": lambda _: ("1", 0),
            "df -k": lambda _: (_DF.format(free=self.free_bytes // 1024), 0),
            "sha256sum": self._sha256sum,
            "mv": self._mv,
            "pm path": lambda _: ("package:/data/app/base.apk", 0) if self.app_installed else ("", 1),
            "pm install": self._install,
            "pidof": lambda _: ("4711", 0) if self.app.running else ("", 1),
            "am force-stop": lambda _: (self.app.stop() or "", 0),
            "am start": lambda words: (self.app.begin(words[-1]) or "Starting: Intent { }", 0),
            **dict.fromkeys(("mkdir -p", "input ", "wm ", "cmd power", "rm -f"), lambda _: ("", 0)),
        }

    def _heat(self) -> int:
        return self.thermal.pop(0) if len(self.thermal) > 1 else self.thermal[0]

    def _sha256sum(self, words: list[str]) -> tuple[str, int]:
        content = self.files.get(self.key(words[-1]))
        if content is None:
            return f"sha256sum: {words[-1]}: No such file or directory", 1
        return f"{hashlib.sha256(content).hexdigest()}  {words[-1]}", 0

    def _mv(self, words: list[str]) -> tuple[str, int]:
        self.files[self.key(words[2])] = self.files.pop(self.key(words[1]))
        return "", 0

    def _install(self, words: list[str]) -> tuple[str, int]:
        if self.files[self.key(words[-1])] != b"an app":
            return "Failure [INSTALL_FAILED_INVALID_APK: it is no app]", 1
        self.app_installed = True
        return "Performing Streamed Install\nSuccess", 0


class CablePulledError(Exception):
    """The phone disconnected in the middle of an answer."""


_BATTERY = """Current Battery Service state:
  AC powered: false
  USB powered: false
  Wireless powered: false
  level: {level}
  scale: 100
  temperature: 287
"""

_DF = "Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/fuse 1 1 {free} 1% /storage/emulated"


class _Connection(socketserver.BaseRequestHandler):
    server: AdbServer

    def handle(self) -> None:
        with contextlib.suppress(CablePulledError, ConnectionError, EOFError):  # the socket closes, as adb closes it
            self._serve()

    def _serve(self) -> None:
        while True:
            request = self._read(int(self._read(4), 16)).decode()
            phone = self.server.phone
            time.sleep(phone.slow)
            if request == "host:version":
                self._answer("0029")
            elif request.startswith("host:devices"):
                self._answer(f"{SERIAL}\t{phone.state}\n" if phone.connected() else "")
            elif request == f"host:tport:serial:{SERIAL}":
                if not phone.connected():
                    return self._fail(f"device '{SERIAL}' not found")
                self.request.sendall(b"OKAY" + struct.pack("<Q", 1))
            elif request.startswith("shell:"):
                self.request.sendall(b"OKAY")
                phone.count()
                return self._shell(request.removeprefix("shell:"))
            elif request == "sync:":
                self.request.sendall(b"OKAY")
                return self._sync()
            else:
                return self._fail(f"unknown host service {request}")

    def _shell(self, line: str) -> None:
        command, _, marker = line.rpartition("; echo ")
        output, code = self.server.phone.shell(command)
        self.request.sendall(f"{output}\n{marker.replace('$?', str(code))}\n".encode())

    def _sync(self) -> None:
        while True:
            command, length = struct.unpack("<4sI", self._read(8))
            phone = self.server.phone
            phone.count()
            if command == b"QUIT":
                return
            path = self._read(length).decode()
            if command == b"STAT":
                self._stat(path)
            elif command == b"RECV":
                self._send_file(path)
            elif command == b"SEND":
                self._take_file(path.rpartition(",")[0])

    def _stat(self, path: str) -> None:
        phone = self.server.phone
        content = phone.files.get(phone.key(path))
        facts = (0, 0, 0) if content is None else (_FILE, len(content), 1_700_000_000)
        self.request.sendall(b"STAT" + struct.pack("<III", *facts))

    def _send_file(self, path: str) -> None:
        phone = self.server.phone
        content = phone.files.get(phone.key(path))
        if content is None:
            message = b"No such file or directory"
            self.request.sendall(b"FAIL" + struct.pack("<I", len(message)) + message)
            return
        for start in range(0, len(content), 65536):
            phone.count()
            chunk = content[start : start + 65536]
            self.request.sendall(b"DATA" + struct.pack("<I", len(chunk)) + chunk)
        self.request.sendall(b"DONE" + struct.pack("<I", 0))

    def _take_file(self, path: str) -> None:
        phone, content = self.server.phone, bytearray()
        while True:
            kind, length = struct.unpack("<4sI", self._read(8))
            if kind == b"DONE":
                break
            content += self._read(length)
            if len(content) % 65536 < 4096:
                phone.count()
        if len(content) > phone.free_bytes:
            message = b"couldn't write: No space left on device"
            self.request.sendall(b"FAIL" + struct.pack("<I", len(message)) + message)
            return
        phone.free_bytes -= len(content)
        phone.files[phone.key(path)] = bytes(content)
        self.request.sendall(b"OKAY" + struct.pack("<I", 0))

    def _read(self, count: int) -> bytes:
        return read_exactly(self.request, count)

    def _answer(self, text: str) -> None:
        self.request.sendall(b"OKAY" + f"{len(text):04x}{text}".encode())

    def _fail(self, text: str) -> None:
        self.request.sendall(b"FAIL" + f"{len(text):04x}{text}".encode())


class AdbServer(LoopbackServer[PhoneDouble]):
    """A server that listens on its own port while its context is open."""

    def __init__(self, phone: PhoneDouble) -> None:
        super().__init__(phone, _Connection)

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self.phone.app.stop()


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
