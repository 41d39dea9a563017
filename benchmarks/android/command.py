"""The command ``cloformer-bench android``: latency, memory and golden vectors on an Android phone via the demo app."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from cloformer.benchmarks.host.protocols import DEFAULT, RIGOROUS, customize
from cloformer.benchmarks.measuring_options import AsJson, Repeats, Resume, Rigorous, Samples, Verbose, WarmUp
from cloformer.command_line import Output
from cloformer.model import UsageError

PAUSE_SECONDS = 2.0
"""Pause between two checks of the app's status, each of which disturbs the phone a little."""


def android_command(
    context: typer.Context,
    bundles: Annotated[list[Path], typer.Argument(help="Folders of the bundles.")],
    serial: Annotated[str | None, typer.Option(help="Serial number of the phone, if several are connected.")] = None,
    app: Annotated[Path | None, typer.Option(help="The demo app's .apk, which is installed first.")] = None,
    runtime: Annotated[
        list[str] | None,
        typer.Option(help='Runtime to measure, such as "ONNX Runtime"; may be repeated. Default: all.'),
    ] = None,
    threads: Annotated[
        list[int] | None, typer.Option(help="Number of CPU threads; may be repeated. Default: 1 and 4.")
    ] = None,
    rigorous: Rigorous = False,
    repeats: Repeats = None,
    warm_up: WarmUp = None,
    samples: Samples = None,
    fixed_performance: Annotated[
        bool, typer.Option("--fixed-performance", help="Keep to sustainable clock rates while measuring.")
    ] = False,
    patience: Annotated[float, typer.Option(min=0, help="Seconds to wait for a hot or disconnected phone.")] = 900.0,
    records: Annotated[Path, typer.Option(help="File for the records, in JSON Lines.")] = Path("android.jsonl"),
    resume: Resume = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Measure bundles on a phone in every runtime and backend of the demo app. Not yet run on a phone.

    Exit codes: 0 done, 1 a bug in this toolkit, 2 wrong usage, 3 a package or adb is missing, 4 bad input file,
    5 a case or the phone failed, 130 interrupted.
    """
    output: Output = context.obj
    output.as_json, output.verbose = as_json, verbose
    from cloformer.benchmarks.devices.command_options import (  # noqa: PLC0415 - not needed to refuse a wrong request
        check_package,
        check_records,
        check_request,
        finish,
        tell,
        this_tool,
    )

    counts = tuple(dict.fromkeys(threads or (1, 4)))
    check_records(records, resume=resume)
    check_package("adbutils", "android")
    check_request(bundles, counts)
    if app is not None and not app.is_file():
        raise UsageError(f"there is no app at {app}", "build it: make -C android_demo apk")
    from cloformer.benchmarks.devices.campaign import CampaignOptions, measure_phone  # noqa: PLC0415
    from cloformer.benchmarks.devices.patience import Patience  # noqa: PLC0415

    from .adb_phone import find_phone  # noqa: PLC0415

    phone = find_phone(serial)
    say = partial(tell, output)
    if app is not None:
        say(f"install {app.name} on {phone.title}")
        phone.install(app)
    elif not phone.has_app():
        raise UsageError(
            f"the demo app is not installed on {phone.title}", "give --app android_demo/build/cloformer.apk"
        )
    protocol = customize(RIGOROUS if rigorous else DEFAULT, repeats, warm_up, samples)
    options = CampaignOptions(bundles, counts, protocol, tuple(runtime or ()))
    if fixed_performance:
        phone.fix_performance(wanted=True)
    try:
        found = measure_phone(phone, options, records, Patience(patience, PAUSE_SECONDS, say), this_tool(), say)
    finally:
        if fixed_performance:
            phone.fix_performance(wanted=False)
    return finish(found, records, output)
