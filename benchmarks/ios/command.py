"""``cloformer-bench ios``: latency, memory and golden vectors on an iPhone, through the demo app."""

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
"""Between two looks at what the app does: each starts a process on the Mac, and disturbs the phone a little."""


def ios_command(
    context: typer.Context,
    bundles: Annotated[list[Path], typer.Argument(help="Bundles' folders.")],
    udid: Annotated[str | None, typer.Option(help="Which iPhone, where several are connected.")] = None,
    app: Annotated[Path | None, typer.Option(help="The signed CloFormer.app or .ipa, to install first.")] = None,
    runtime: Annotated[
        list[str] | None, typer.Option(help='Such as "Core ML"; may be repeated; by default all that it has.')
    ] = None,
    threads: Annotated[
        list[int] | None, typer.Option(help="For runtimes on the CPU; may be repeated; by default 1 and 2.")
    ] = None,
    rigorous: Rigorous = False,
    repeats: Repeats = None,
    warm_up: WarmUp = None,
    samples: Samples = None,
    patience: Annotated[float, typer.Option(min=0, help="Seconds to wait for a lost phone.")] = 900.0,
    records: Annotated[Path, typer.Option(help="Where the records go: JSON lines.")] = Path("ios.jsonl"),
    resume: Resume = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Measure bundles on an iPhone in every runtime and on all of Core ML's compute units. Not run on a phone yet.

    Exit codes: 0 done, 1 a bug in this toolkit, 2 wrong usage, 3 a package or tool is missing, 4 bad input file,
    5 a case or the phone failed, 130 interrupted.
    """
    output: Output = context.obj
    output.as_json, output.verbose = as_json, verbose
    from cloformer.benchmarks.devices.command_options import (  # noqa: PLC0415 - a wrong request needs none of it
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
        raise UsageError(f"there is no app at {app}", "build it in Xcode: see ios_demo/README.md")
    from cloformer.benchmarks.devices.campaign import CampaignOptions, measure_phone  # noqa: PLC0415
    from cloformer.benchmarks.devices.patience import Patience  # noqa: PLC0415

    phone = _find_phone(udid)
    say = partial(tell, output)
    if app is not None:
        say(f"install {app.name} on {phone.title}")
        phone.install(app)
    elif not phone.has_app():
        raise UsageError(f"{phone.title} has not the demo app", "run it there once from Xcode, or give --app")
    protocol = customize(RIGOROUS if rigorous else DEFAULT, repeats, warm_up, samples)
    options = CampaignOptions(bundles, counts, protocol, tuple(runtime or ()))
    found = measure_phone(phone, options, records, Patience(patience, PAUSE_SECONDS, say), this_tool(), say)
    return finish(found, records, output)


def _find_phone(udid: str | None) -> DevicectlPhone | UsbmuxPhone:
    """Choose Apple's own tool where there is one, else pymobiledevice3."""
    if shutil.which("xcrun"):
        from .devicectl_phone import find_devicectl_phone  # noqa: PLC0415 - it or the other

        return find_devicectl_phone(udid)
    from cloformer.benchmarks.devices.command_options import check_package  # noqa: PLC0415

    check_package("pymobiledevice3", "ios")
    from .usbmux_phone import find_usbmux_phone  # noqa: PLC0415

    return find_usbmux_phone(udid)
