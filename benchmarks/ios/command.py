"""The command ``cloformer-bench ios``: latency, memory and golden vectors on an iPhone via the demo app."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloformer.benchmarks.host.protocols import DEFAULT, RIGOROUS, customize
from cloformer.benchmarks.measuring_options import AsJson, Repeats, Resume, Rigorous, Samples, Verbose, WarmUp
from cloformer.command_line import Output
from cloformer.model import UsageError

if TYPE_CHECKING:
    from .devicectl_phone import DevicectlPhone
    from .usbmux_phone import UsbmuxPhone

PAUSE_SECONDS = 2.0
"""Pause between two checks of the app's status: each starts a process on the Mac and disturbs the phone a little."""


def ios_command(
    context: typer.Context,
    bundles: Annotated[list[Path], typer.Argument(help="Folders of the bundles.")],
    udid: Annotated[str | None, typer.Option(help="UDID of the iPhone, if several are connected.")] = None,
    app: Annotated[
        Path | None, typer.Option(help="The signed CloFormer.app or .ipa, which is installed first.")
    ] = None,
    runtime: Annotated[
        list[str] | None, typer.Option(help='Runtime to measure, such as "Core ML"; may be repeated. Default: all.')
    ] = None,
    threads: Annotated[
        list[int] | None, typer.Option(help="Number of threads for CPU backends; may be repeated. Default: 1 and 2.")
    ] = None,
    rigorous: Rigorous = False,
    repeats: Repeats = None,
    warm_up: WarmUp = None,
    samples: Samples = None,
    patience: Annotated[float, typer.Option(min=0, help="Seconds to wait for a hot or disconnected phone.")] = 900.0,
    records: Annotated[Path, typer.Option(help="File for the records, in JSON Lines.")] = Path("ios.jsonl"),
    resume: Resume = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Measure bundles on an iPhone in every runtime and on all of Core ML's compute units. Not yet run on a phone.

    Exit codes: 0 done, 1 a bug in this toolkit, 2 wrong usage, 3 a package or tool is missing, 4 bad input file,
    5 a case or the phone failed, 130 interrupted.
    """
    output: Output = context.obj
    output.as_json, output.verbose = as_json, verbose
    from cloformer.benchmarks.devices.command_options import (  # noqa: PLC0415 - not needed to refuse a wrong request
        check_records,
        check_request,
        finish,
        tell,
        this_tool,
    )

    counts = tuple(dict.fromkeys(threads or (1, 2)))
    check_records(records, resume=resume)
    check_request(bundles, counts)
    if app is not None and not app.exists():
        raise UsageError(f"there is no app at {app}", "build it in Xcode, see ios_demo/README.md")
    from cloformer.benchmarks.devices.campaign import CampaignOptions, measure_phone  # noqa: PLC0415
    from cloformer.benchmarks.devices.patience import Patience  # noqa: PLC0415

    phone = _find_phone(udid)
    say = partial(tell, output)
    if app is not None:
        say(f"install {app.name} on {phone.title}")
        phone.install(app)
    elif not phone.has_app():
        raise UsageError(f"the demo app is not installed on {phone.title}", "run it once from Xcode, or give --app")
    protocol = customize(RIGOROUS if rigorous else DEFAULT, repeats, warm_up, samples)
    options = CampaignOptions(bundles, counts, protocol, tuple(runtime or ()))
    found = measure_phone(phone, options, records, Patience(patience, PAUSE_SECONDS, say), this_tool(), say)
    return finish(found, records, output)


def _find_phone(udid: str | None) -> DevicectlPhone | UsbmuxPhone:
    """Connect with Apple's own tool if it is installed, otherwise with pymobiledevice3."""
    if shutil.which("xcrun"):
        from .devicectl_phone import find_devicectl_phone  # noqa: PLC0415 - only one of the two is imported

        return find_devicectl_phone(udid)
    from cloformer.benchmarks.devices.command_options import check_package  # noqa: PLC0415

    check_package("pymobiledevice3", "ios")
    from .usbmux_phone import find_usbmux_phone  # noqa: PLC0415

    return find_usbmux_phone(udid)
