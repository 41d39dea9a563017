"""An Android phone over adb, with the demo app's own folder, which adb may read and write without root."""

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
"""For an answer, after which a phone is taken for lost."""

_INSTALL_SECONDS = 180.0

# What a connection that breaks in the middle of a message looks like in adbutils.
_BROKEN = (AdbError, OSError, EOFError, AssertionError, struct.error)


def find_phone(serial: str | None) -> AdbPhone:
    """Return the one phone that is connected, or that of this serial number.

    Raises:
        MissingPackageError: there is no adb server, and none can be started.
        UsageError: there is no phone, none of this serial number, several, or one that does not trust this computer.
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


_CONNECT = "connect one by cable, switch USB debugging on, and accept this computer on its screen"


class AdbPhone(Phone):
    """One phone."""

    def __init__(self, client: AdbClient, serial: str) -> None:
        self._client = client
        self._serial = serial
        self._device: AdbDevice = client.device(serial)
        self.title = f"{self._shell('getprop ro.product.model')} ({serial})"

    def state(self) -> PhoneState:
        """Ask the system's services."""
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
        """Turn the screen on: Android slows down what nobody sees."""
        self._shell("input keyevent KEYCODE_WAKEUP")
        self._shell("wm dismiss-keyguard")

    def fix_performance(self, *, wanted: bool) -> None:
        """Have the system hold the clock rates that it can hold for long, or no longer.

        Raises:
            PhoneError: it cannot (before Android 11, or no support of the vendor's).
        """
        answer = self._shell(f"cmd power set-fixed-performance-mode-enabled {str(wanted).lower()}")
        if wanted and answer:
            raise PhoneError(f"{self.title} has no fixed-performance mode: {answer}", "leave --fixed-performance out")
        self._fixed_performance = wanted

    def has_app(self) -> bool:
        """Whether the demo app is installed."""
        return self._shell(f"pm path {PACKAGE}", check=False).startswith("package:")

    def install(self, apk: Path) -> None:
        """Install the demo app, over an older one.

        Raises:
            PhoneError: the phone refuses it.
        """
        with self._talking():
            self._device.sync.push(apk, _UPLOADED)
        answer = self._shell(f"pm install -r -t {_UPLOADED}", check=False, seconds=_INSTALL_SECONDS)
        self._shell(f"rm -f {_UPLOADED}")
        if not answer.endswith("Success"):
            raise PhoneError(f"{self.title} does not install {apk.name}: {answer}", "uninstall the app there first")

    def free_bytes(self) -> int | None:
        """Return the room where the app's folder is."""
        return parse_free_bytes(self._shell("df -k /sdcard"))

    def sha256(self, path: str) -> str | None:
        """Return the hash of a file in the app's folder."""
        answer = self._shell(f"sha256sum {_place(path)}", check=False)
        first = answer.split()[0] if answer else ""
        return first if len(first) == 64 else None

    def push(self, local: Path, path: str) -> None:
        """Copy a file there; it appears under its name as a whole."""
        unfinished = f"{_HOME}/{path}.unfinished"
        self._shell(f"mkdir -p {_place(path.rpartition('/')[0])}")
        try:
            with self._talking():
                self._device.sync.push(local, unfinished, mode=0o666)
        except PhoneLostError as error:
            if self.is_connected():  # adbutils keeps the phone's reason to itself
                raise PhoneError(f"{self.title} does not take {path}", self._room()) from error
            raise
        self._shell(f"mv {shlex.quote(unfinished)} {_place(path)}")

    def pull(self, path: str) -> bytes | None:
        """Return a file's contents."""
        with self._talking():
            if not self._device.sync.exists(f"{_HOME}/{path}"):
                return None
            content: bytes = self._device.sync.read_bytes(f"{_HOME}/{path}")
        return content

    def begin(self, request: str) -> None:
        """Start the app afresh on a request."""
        self.wake()
        self._shell(f"am force-stop {PACKAGE}")
        answer = self._shell(f"am start -n {_ACTIVITY} -a {_ACTION} --es request {request}")
        if "Error" in answer:
            raise PhoneError(f"{self.title} does not start the app: {answer.splitlines()[-1]}", "install it: --app")

    def app_is_running(self) -> bool:
        """Whether the app's process lives."""
        return bool(self._shell(f"pidof {PACKAGE}", check=False))

    def is_connected(self) -> bool:
        """Whether the adb server sees it."""
        try:
            return any(each.serial == self._serial and each.state == "device" for each in self._client.list())
        except _BROKEN:
            return False

    def _room(self) -> str:
        free = self.free_bytes()
        return f"it has {free / 2**20:.0f} MB free: free some" if free is not None else "look for room on it"

    def _shell(self, command: str, *, check: bool = True, seconds: float = _SECONDS) -> str:
        """Run a command on the phone and return what it printed."""
        with self._talking():
            done = self._device.shell2(command, timeout=seconds, rstrip=True)
        if check and done.returncode:
            raise PhoneError(f"{self.title} fails at {command!r}: {done.output}", "look at the phone")
        return str(done.output).strip()

    @contextmanager
    def _talking(self) -> Iterator[None]:
        """Call every broken connection by one name."""
        try:
            yield
        except _BROKEN as error:
            raise PhoneLostError(f"the connection to {self._serial} broke", "plug it in, then --resume") from error


def _place(path: str) -> str:
    return shlex.quote(f"{_HOME}/{path}")
