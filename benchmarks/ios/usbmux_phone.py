"""An iPhone via usbmuxd with pymobiledevice3: on Linux, Windows, and a Mac without Xcode."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from pymobiledevice3.exceptions import (
    AfcException,
    AfcFileNotFoundError,
    AppNotInstalledError,
    PyMobileDevice3Exception,
)
from pymobiledevice3.lockdown import UsbmuxLockdownClient, create_using_usbmux
from pymobiledevice3.services.afc import AfcError, AfcService
from pymobiledevice3.services.diagnostics import DiagnosticsService
from pymobiledevice3.services.house_arrest import HouseArrestService
from pymobiledevice3.services.installation_proxy import InstallationProxyService
from pymobiledevice3.usbmux import list_devices

from cloformer.benchmarks.devices.phone import Phone, PhoneError, PhoneLostError, PhoneState
from cloformer.model import MissingPackageError, UsageError

from . import APP, DOCUMENTS
from .tunnel import app_is_running, launch

Result = TypeVar("Result")

_SECONDS = 300.0
"""Timeout of one call; copying a large file takes a while."""

_CONNECT = "connect one by cable, unlock it, and trust this computer"
_LOST = "plug it in, unlock it, then --resume"


def find_usbmux_phone(udid: str | None) -> UsbmuxPhone:
    """Return the iPhone with this UDID, or the only one on a cable if ``udid`` is None.

    Raises:
        MissingPackageError: usbmuxd is not running on this computer.
        UsageError: there is no such iPhone, or there are several.
    """
    try:
        devices = [each.serial for each in asyncio.run(list_devices()) if each.connection_type == "USB"]
    except (PyMobileDevice3Exception, OSError) as error:
        raise MissingPackageError(
            "usbmuxd does not answer", "install and start usbmuxd (on Windows, iTunes)"
        ) from error
    wanted = [each for each in devices if udid in (None, each)]
    names = ", ".join(devices) or "none"
    if not wanted:
        raise UsageError(f"there is no iPhone {udid or ''}".strip() + f"; connected: {names}", _CONNECT)
    if len(wanted) > 1:
        raise UsageError(f"several iPhones are connected: {names}", "choose one with --udid")
    return UsbmuxPhone(wanted[0])


class UsbmuxPhone(Phone):
    """One iPhone. Files go through the app's shared documents, and a tunnel starts the app."""

    def __init__(self, udid: str) -> None:
        self._udid = udid
        self.title = udid
        self.title = f"{self._ask(_product)} ({udid})"

    def state(self) -> PhoneState:
        """Return the state of the battery; the app records the thermal state of every sample."""
        return self._ask(_battery)

    def has_app(self) -> bool:
        """Whether the demo app is installed."""
        try:
            self.free_bytes()
        except AppMissingError:
            return False
        return True

    def install(self, app: Path) -> None:
        """Install the signed demo app, an .app folder or an .ipa, replacing an older version."""

        async def work(lockdown: UsbmuxLockdownClient) -> None:
            async with InstallationProxyService(lockdown) as service:
                await service.install_from_local(app)

        self._ask(work)

    def free_bytes(self) -> int | None:
        """Return the free space of the phone."""

        async def work(documents: AfcService) -> int:
            facts = await documents.get_device_info()  # type: ignore[no-untyped-call]
            return int(facts["FSFreeBytes"])

        return self._in_documents(work)

    def sha256(self, path: str) -> str | None:
        """Return the hash of a file, which is copied to this computer because iPhones offer no hashing command."""
        content = self.pull(path)
        return None if content is None else hashlib.sha256(content).hexdigest()

    def push(self, local: Path, path: str) -> None:
        """Copy a file to the iPhone; it gets its final name only when it is complete."""
        place, unfinished = _place(path), _place(f"{path}.unfinished")

        async def work(documents: AfcService) -> None:
            await documents.makedirs(place.rpartition("/")[0])
            await documents.set_file_contents(unfinished, local.read_bytes())
            await documents.rename(unfinished, place)

        self._in_documents(work)

    def pull(self, path: str) -> bytes | None:
        """Return the contents of a file."""

        async def work(documents: AfcService) -> bytes | None:
            try:
                content: bytes = await documents.get_file_contents(_place(path))
            except AfcFileNotFoundError:
                return None
            return content

        return self._in_documents(work)

    def begin(self, request: str) -> None:
        """Restart the app with a request."""
        self._run(lambda: launch(self._udid, APP, ["--request", request]))

    def app_is_running(self) -> bool:
        """Whether the app's process is running."""
        return self._run(lambda: app_is_running(self._udid))

    def is_connected(self) -> bool:
        """Whether usbmuxd lists the iPhone."""
        try:
            return any(each.serial == self._udid for each in asyncio.run(list_devices()))
        except (PyMobileDevice3Exception, OSError):
            return False

    def _in_documents(self, work: Callable[[AfcService], Awaitable[Result]]) -> Result:
        async def with_documents(lockdown: UsbmuxLockdownClient) -> Result:
            async with await HouseArrestService.create(lockdown, APP, documents_only=True) as documents:
                return await work(documents)

        return self._ask(with_documents)

    def _ask(self, work: Callable[[UsbmuxLockdownClient], Awaitable[Result]]) -> Result:
        async def connected() -> Result:
            async with _lockdown(self._udid) as lockdown:
                return await work(lockdown)

        return self._run(connected)

    def _run(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Run ``work`` in its own event loop, and translate errors into ``PhoneError`` and its subclasses."""

        async def in_time() -> Result:
            return await asyncio.wait_for(work(), _SECONDS)

        try:
            return asyncio.run(in_time())
        except AppNotInstalledError as error:
            raise AppMissingError(f"the demo app is not installed on {self.title}", "install it") from error
        except AfcException as error:
            if error.status == AfcError.NO_SPACE_LEFT:
                raise PhoneError(f"{self.title} is full", "free some space on it") from error
            raise PhoneLostError(f"{self.title}: {error}", _LOST) from error
        except (TimeoutError, PyMobileDevice3Exception, OSError, EOFError) as error:
            raise PhoneLostError(f"the connection to {self.title} broke", _LOST) from error


class AppMissingError(PhoneError):
    """The demo app is not installed on the phone."""


@asynccontextmanager
async def _lockdown(udid: str) -> AsyncIterator[UsbmuxLockdownClient]:
    client = await create_using_usbmux(serial=udid)
    try:
        yield client
    finally:
        await client.close()


async def _product(lockdown: UsbmuxLockdownClient) -> str:
    return str(lockdown.product_type)


async def _battery(lockdown: UsbmuxLockdownClient) -> PhoneState:
    async with DiagnosticsService(lockdown) as service:
        facts = await service.get_battery() or {}
    hundredths = facts.get("Temperature")
    return PhoneState(
        battery_percent=facts.get("CurrentCapacity"),
        charging=facts.get("IsCharging"),
        celsius=None if hundredths is None else hundredths / 100,
    )


def _place(path: str) -> str:
    return f"/{DOCUMENTS}/{path}"
