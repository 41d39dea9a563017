"""An Android phone over adb, using the demo app's own folder, which adb can read and write without root."""

from __future__ import annotations

import shlex
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adbutils import AdbClient, AdbDevice, AdbError

from cloformer.benchmarks.devices.phone import Phone, PhoneError, PhoneLostError, PhoneState
from cloformer.model import MissingPackageError, UsageError

from .dumpsys import parse_battery, parse_free_bytes, parse_screen_on, parse_thermal_status

PACKAGE = "org.cloformer.demo"
_HOME = f"/sdcard/Android/data/{PACKAGE}/files"
_ACTIVITY = f"{PACKAGE}/.headless.HeadlessActivity"
_ACTION = f"{PACKAGE}.RUN_REQUEST"
_UPLOADED = "/data/local/tmp/cloformer.apk"

_SECONDS = 30.0
"""Time to wait for an answer, after which the phone counts as disconnected."""

_INSTALL_SECONDS = 180.0

# Exceptions of adbutils when a connection breaks in the middle of a message.
_BROKEN = (AdbError, OSError, EOFError, AssertionError, struct.error)


def find_phone(serial: str | None) -> AdbPhone:
    """Return the phone with this serial number, or the only connected phone if ``serial`` is None.

    Raises:
        MissingPackageError: there is no adb server, and none can be started.
        UsageError: there is no such phone, there are several, or the phone does not trust this computer.
    """
    client = AdbClient(socket_timeout=_SECONDS)
    try:
        devices = client.list()
    except _BROKEN as error:
        raise MissingPackageError(f"adb cannot be started: {error}", "install Android's platform-tools") from error
    wanted = [device for device in devices if serial in (None, device.serial)]
    names = ", ".join(f"{device.serial} ({device.state})" for device in devices) or "none"
    if not wanted:
        raise UsageError(f"there is no Android device {serial or ''}".strip() + f"; connected: {names}", _CONNECT)
    if len(wanted) > 1:
        raise UsageError(f"several Android devices are connected: {names}", "choose one with --serial")
    if wanted[0].state != "device":
        raise UsageError(f"{wanted[0].serial} is {wanted[0].state}", _CONNECT)
    return AdbPhone(client, wanted[0].serial)


_CONNECT = "connect one by cable, enable USB debugging, and accept this computer on its screen"


class AdbPhone(Phone):
    """One Android phone."""

    def __init__(self, client: AdbClient, serial: str) -> None:
        self._client = client
        self._serial = serial
        self._device: AdbDevice = client.device(serial)
        self.title = f"{self._shell('getprop ro.product.model')} ({serial})"

    def state(self) -> PhoneState:
        """Return the state that the system's services report."""
        percent, charging, celsius = parse_battery(self._shell("dumpsys battery"))
        return PhoneState(
            battery_percent=percent,
            charging=charging,
            thermal=parse_thermal_status(self._shell("dumpsys thermalservice")),
            celsius=celsius,
            screen_on=parse_screen_on(self._shell("dumpsys power")),
            airplane_mode=self._shell("settings get global airplane_mode_on") == "1",
            fixed_performance=self._fixed_performance,
        )

    _fixed_performance = False

    def wake(self) -> None:
        """Turn the screen on, because Android slows down apps that are not visible."""
        self._shell("input keyevent KEYCODE_WAKEUP")
        self._shell("wm dismiss-keyguard")

    def fix_performance(self, *, wanted: bool) -> None:
        """Turn on or off the mode in which the system keeps to clock rates that it can sustain.

        Raises:
            PhoneError: the phone has no such mode (before Android 11, or without the vendor's support).
        """
        answer = self._shell(f"cmd power set-fixed-performance-mode-enabled {str(wanted).lower()}")
        if wanted and answer:
            raise PhoneError(f"{self.title} has no fixed-performance mode: {answer}", "omit --fixed-performance")
        self._fixed_performance = wanted

    def has_app(self) -> bool:
        """Whether the demo app is installed."""
        return self._shell(f"pm path {PACKAGE}", check=False).startswith("package:")

    def install(self, apk: Path) -> None:
        """Install the demo app, replacing an older version.

        Raises:
            PhoneError: the phone refuses the app.
        """
        with self._talking():
            self._device.sync.push(apk, _UPLOADED)
        answer = self._shell(f"pm install -r -t {_UPLOADED}", check=False, seconds=_INSTALL_SECONDS)
        self._shell(f"rm -f {_UPLOADED}")
        if not answer.endswith("Success"):
            raise PhoneError(
                f"{self.title} cannot install {apk.name}: {answer}", "uninstall the app on the phone first"
            )

    def free_bytes(self) -> int | None:
        """Return the free space of the file system with the app's folder."""
        return parse_free_bytes(self._shell("df -k /sdcard"))

    def sha256(self, path: str) -> str | None:
        """Return the hash of a file in the app's folder."""
        answer = self._shell(f"sha256sum {_place(path)}", check=False)
        first = answer.split()[0] if answer else ""
        return first if len(first) == 64 else None

    def push(self, local: Path, path: str) -> None:
        """Copy a file to the phone; it gets its final name only when it is complete."""
        unfinished = f"{_HOME}/{path}.unfinished"
        self._shell(f"mkdir -p {_place(path.rpartition('/')[0])}")
        try:
            with self._talking():
                self._device.sync.push(local, unfinished, mode=0o666)
        except PhoneLostError as error:
            if self.is_connected():  # adbutils does not pass on the phone's reason
                raise PhoneError(f"{self.title} does not accept {path}", self._room()) from error
            raise
        self._shell(f"mv {shlex.quote(unfinished)} {_place(path)}")

    def pull(self, path: str) -> bytes | None:
        """Return the contents of a file."""
        with self._talking():
            if not self._device.sync.exists(f"{_HOME}/{path}"):
                return None
            content: bytes = self._device.sync.read_bytes(f"{_HOME}/{path}")
        return content

    def begin(self, request: str) -> None:
        """Restart the app with a request."""
        self.wake()
        self._shell(f"am force-stop {PACKAGE}")
        answer = self._shell(f"am start -n {_ACTIVITY} -a {_ACTION} --es request {request}")
        if "Error" in answer:
            raise PhoneError(f"{self.title} cannot start the app: {answer.splitlines()[-1]}", "install it with --app")

    def app_is_running(self) -> bool:
        """Whether the app's process is running."""
        return bool(self._shell(f"pidof {PACKAGE}", check=False))

    def is_connected(self) -> bool:
        """Whether the adb server lists the phone."""
        try:
            return any(each.serial == self._serial and each.state == "device" for each in self._client.list())
        except _BROKEN:
            return False

    def _room(self) -> str:
        free = self.free_bytes()
        return f"it has {free / 2**20:.0f} MB left: free some space" if free is not None else "check its free space"

    def _shell(self, command: str, *, check: bool = True, seconds: float = _SECONDS) -> str:
        """Run a command on the phone and return what it printed."""
        with self._talking():
            done = self._device.shell2(command, timeout=seconds, rstrip=True)
        if check and done.returncode:
            raise PhoneError(f"{command!r} failed on {self.title}: {done.output}", "check the phone")
        return str(done.output).strip()

    @contextmanager
    def _talking(self) -> Iterator[None]:
        """Raise ``PhoneLostError`` for every kind of broken connection."""
        try:
            yield
        except _BROKEN as error:
            raise PhoneLostError(f"the connection to {self._serial} broke", "plug it in, then --resume") from error


def _place(path: str) -> str:
    return shlex.quote(f"{_HOME}/{path}")
