"""``cloformer-bench host``: latency, load time and memory of artifacts on this machine."""

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
    artifacts: Annotated[list[Path], typer.Argument(help="Bundles' and peers' folders, or artifacts.")],
    threads: Annotated[list[int] | None, typer.Option(help="May be repeated; by default 1 and 2.")] = None,
    rigorous: Rigorous = False,
    repeats: Repeats = None,
    warm_up: WarmUp = None,
    samples: Samples = None,
    pinned: Annotated[bool, typer.Option("--pin/--no-pin", help="Bind each process to one core a thread.")] = True,
    records: Annotated[Path, typer.Option(help="Where the records go: JSON lines.")] = Path("records.jsonl"),
    resume: Resume = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Measure artifacts in the runtimes of this machine. A killed run loses one case at most: --resume goes on.

    Exit codes: 0 done, 1 a bug in this toolkit, 2 wrong usage, 3 a package is missing, 4 bad input file,
    5 a case failed, 130 interrupted.
    """
    output: Output = context.obj
    output.as_json, output.verbose = as_json, verbose
    if records.exists() and not resume:
        raise UsageError(f"{records} exists already", "give --resume to go on with it, or another file with --records")
    counts = thread_counts(threads)
    protocol = customize(RIGOROUS if rigorous else DEFAULT, repeats, warm_up, samples)
    from cloformer.benchmarks.records.parts import ToolFacts  # noqa: PLC0415 - a wrong request needs none of it

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
    """Return what was asked for, or what is usual on this machine.

    Raises:
        UsageError: there are not as many cores.
    """
    from .device import allowed_cores  # noqa: PLC0415

    here = len(allowed_cores())
    counts = tuple(dict.fromkeys(asked or [count for count in _DEFAULT_THREADS if count <= here]))
    if min(counts) < 1 or max(counts) > here:
        raise UsageError(f"--threads must be between 1 and {here}, the cores that this process may use")
    return counts
