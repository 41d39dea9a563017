"""The command ``cloformer-bench arm64``: instruction counts and parity of artifacts on emulated ARM64 cores."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cloformer.command_line import Output, third_party_noise_aside
from cloformer.model import UsageError

from .cores import CORES
from .emulation import DEFAULT_TIMEOUT
from .installation import find_installation, set_up
from .measure import COUNTED, DEFAULT_INPUTS
from .run import run_all
from .table import show_counts

_PARITY_FAILED = 6


def arm64_command(
    context: typer.Context,
    artifacts: Annotated[
        list[Path] | None, typer.Argument(help="An .onnx, .ort or .pte file, or a bundle with such files.")
    ] = None,
    core: Annotated[list[str] | None, typer.Option(help=f"Core: {', '.join(CORES)}, or all; may be repeated.")] = None,
    inputs: Annotated[
        int, typer.Option(help="Number of inferences to compare with this machine; the second is counted.")
    ] = DEFAULT_INPUTS,
    timeout: Annotated[float, typer.Option(help="Maximum seconds for each artifact and core.")] = DEFAULT_TIMEOUT,
    setup: Annotated[bool, typer.Option("--setup", help="Install what the emulation needs, if missing.")] = False,
    by_operator: Annotated[
        bool, typer.Option("--by-operator", help="Also report the instructions of each operator (in a second run).")
    ] = False,
    plot: Annotated[Path | None, typer.Option(help="Also plot the counts to this PNG file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks and the runtimes' messages.")] = False,
) -> int:
    """Count exact instructions on emulated ARM64 cores, and compare the results with this machine's. Not latency.

    Exit codes: 0 done, 1 a bug in this toolkit, 2 wrong usage, 3 a tool is missing, 4 bad input file,
    5 the emulated runtime failed, 6 parity failed, 130 interrupted.
    """
    output: Output = context.obj
    output.as_json, output.verbose = as_json, verbose
    if inputs <= COUNTED:
        raise UsageError(f"--inputs must be at least 2, not {inputs}: the second inference is counted")
    if not artifacts and not setup:
        raise UsageError("nothing to run", "give an artifact or a bundle, or --setup")
    if plot:
        from .plot import check_plot_path, draw_counts  # noqa: PLC0415 - imports matplotlib, only needed for a plot

        check_plot_path(plot)
    installation = set_up(output.people.print) if setup else find_installation()
    if not artifacts:
        output.people.print("The ARM64 emulation is set up.")
        return 0
    with third_party_noise_aside(output):
        report = run_all(
            installation,
            artifacts,
            core or ["a76"],
            output,
            inputs=inputs,
            timeout=timeout,
            by_operator=by_operator,
        )
    if plot and report.inferences:
        draw_counts(report, plot)
    if as_json:
        output.print_json(report.model_dump(mode="json"))
    else:
        show_counts(report, output)
    if report.failures:
        return report.failures[0].exit_code
    return 0 if all(each.parity.passed for each in report.inferences) else _PARITY_FAILED
