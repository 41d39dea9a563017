"""Starting an app on iOS 17 and later, which requires a tunnel to the phone; pymobiledevice3's daemon keeps it open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pymobiledevice3.exceptions import TunneldConnectionError
from pymobiledevice3.remote.core_device.app_service import AppServiceService
from pymobiledevice3.tunneld.api import get_tunneld_device_by_udid

from cloformer.model import MissingPackageError

_START = "keep this running: sudo pymobiledevice3 remote tunneld"


async def launch(udid: str, app: str, arguments: Sequence[str]) -> None:
    """Restart ``app``.

    Raises:
        MissingPackageError: there is no tunnel to the phone.
    """
    async with _apps(udid) as apps:
        await apps.launch_application(app, list(arguments), kill_existing=True)


async def app_is_running(udid: str) -> bool:
    """Return whether the demo app's process is running.

    Raises:
        MissingPackageError: there is no tunnel to the phone.
    """
    async with _apps(udid) as apps:
        processes = await apps.list_processes()
    return any("/CloFormer.app/" in str(process.get("executableURL", "")) for process in processes)


@asynccontextmanager
async def _apps(udid: str) -> AsyncIterator[AppServiceService]:
    try:
        phone = await get_tunneld_device_by_udid(udid)
    except TunneldConnectionError as error:
        raise MissingPackageError("no tunnel to the iPhone is open", _START) from error
    if phone is None:
        raise MissingPackageError(f"there is no tunnel to {udid}", _START)
    async with phone, AppServiceService(phone) as apps:
        yield apps
