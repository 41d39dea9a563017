"""The command ``cloformer-bench host``: latency, load time and memory of artifacts on this machine."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cloformer import __version__
from cloformer.benchmarks.measuring_options import AsJson, Repeats, Resume, Rigorous, Samples, Verbose, WarmUp
from cloformer.command_line import Output
from cloformer.model import UsageError

from .protocols import DEFAULT, RIGOROUS, customize

_DEFAULT_THREADS = (1, 2)


def host_command(
    context: typer.Context,
    artifacts: Annotated[list[Path], typer.Argument(help="Artifacts, or folders of bundles or peers.")],
    threads: Annotated[
        list[int] | None, typer.Option(help="Number of CPU threads; may be repeated. Default: 1 and 2.")
    ] = None,
    rigorous: Rigorous = False,
    repeats: Repeats = None,
    warm_up: WarmUp = None,
    samples: Samples = None,
    pinned: Annotated[bool, typer.Option("--pin/--no-pin", help="Bind each process to one core per thread.")] = True,
    records: Annotated[Path, typer.Option(help="File for the records, in JSON Lines.")] = Path("records.jsonl"),
    resume: Resume = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Measure artifacts in the runtimes of this machine. A killed run loses at most one case; --resume continues it.

    Exit codes: 0 done, 1 a bug in this toolkit, 2 wrong usage, 3 a package is missing, 4 bad input file,
    5 a case failed, 130 interrupted.
    """
    output: Output = context.obj
    output.as_json, output.verbose = as_json, verbose
    if records.exists() and not resume:
        raise UsageError(
            f"{records} already exists", "continue it with --resume, or choose another file with --records"
        )
    counts = thread_counts(threads)
    protocol = customize(RIGOROUS if rigorous else DEFAULT, repeats, warm_up, samples)
    from cloformer.benchmarks.records.parts import ToolFacts  # noqa: PLC0415 - not needed to refuse a wrong request

    from .cases import find_cases  # noqa: PLC0415
    from .device import describe_device  # noqa: PLC0415
    from .run import Progress, measure_host_cases  # noqa: PLC0415
    from .table import progress_line, show_records  # noqa: PLC0415

    cases, skipped = find_cases(artifacts, counts, protocol, pinned=pinned)
    for each in skipped:
        output.people.print(escape(f"not measured: {each.path.name}: {each.reason}"), soft_wrap=True)

    def tell(progress: Progress) -> None:
        output.stop_if_interrupted()
        output.people.print(escape(progress_line(progress)), soft_wrap=True)

    request = shlex.join(["cloformer-bench", *sys.argv[1:]])
    tool = ToolFacts(name="cloformer-bench", version=__version__, request=request)
    found = measure_host_cases(cases, records, describe_device(), tool, tell)
    if as_json:
        output.print_json([record.model_dump(mode="json") for record in found])
    else:
        show_records(found, output)
        output.people.print(f"Records: {records}")
    return 5 if any(record.failure for record in found) else 0


def thread_counts(asked: list[int] | None) -> tuple[int, ...]:
    """Return the requested thread counts, or this machine's defaults.

    Raises:
        UsageError: a count exceeds the number of cores, or is less than 1.
    """
    from .device import allowed_cores  # noqa: PLC0415

    here = len(allowed_cores())
    counts = tuple(dict.fromkeys(asked or [count for count in _DEFAULT_THREADS if count <= here]))
    if min(counts) < 1 or max(counts) > here:
        raise UsageError(f"--threads must be between 1 and {here}, the cores that this process may use")
    return counts
