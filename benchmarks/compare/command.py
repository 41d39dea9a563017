"""The command ``cloformer-bench compare``: what became faster or slower between two files of records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cloformer.benchmarks.records import Measurement, read_records
from cloformer.command_line import Output
from cloformer.model import UsageError

from .comparison import Comparison, compare_records
from .pairing import pair_records, why_incomparable

_WORSE = 8
_COLORS = {"better": "green", "same": "default", "worse": "red", "noisy": "yellow"}


def compare_command(
    context: typer.Context,
    before: Annotated[Path, typer.Argument(help="File of records, in JSON Lines.")],
    after: Annotated[Path, typer.Argument(help="File of records of the same cases, measured later.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks.")] = False,
) -> int:
    """Compare two files of records. Records of different devices, systems, threads or inputs are refused.

    Two times count as the same if they differ by less than 10 %, or less than their own noise if that is larger.
    Exit codes: 0 nothing is worse, 1 a bug in this toolkit, 2 the records cannot be compared, 4 bad input file,
    8 something is worse.
    """
    output: Output = context.obj
    output.as_json, output.verbose = as_json, verbose
    pairing = pair_records(read_records(before), read_records(after))
    if not pairing.pairs:
        raise UsageError(f"{before} and {after} have no case in common", "measure the same artifacts for both")
    refused = [(pair, reason) for pair in pairing.pairs if (reason := why_incomparable(*pair))]
    if refused:
        (first, _), reason = refused[0]
        more = f", and {len(refused) - 1} more" if len(refused) > 1 else ""
        raise UsageError(
            f"these records cannot be compared: {first.case}: {reason}{more}",
            "measure both on the same device, under the same system, in the same way",
        )
    found = [compare_records(*pair) for pair in pairing.pairs]
    if as_json:
        output.print_json(
            {
                "comparisons": [each.model_dump(mode="json") for each in found],
                "only_before": [record.case for record in pairing.only_before],
                "only_after": [record.case for record in pairing.only_after],
            }
        )
    else:
        _show(found, output)
        _show_alone("only measured before", pairing.only_before, output)
        _show_alone("only measured after", pairing.only_after, output)
    return _WORSE if any(each.verdict == "worse" for each in found) else 0


def _show(found: list[Comparison], output: Output) -> None:
    table = Table()
    for heading in ("case", "ms before", "after", "ratio", "tolerance", "verdict"):
        table.add_column(heading, justify="left" if heading in ("case", "verdict") else "right")
    for each in found:
        table.add_row(
            escape(each.case),
            f"{each.before_ns / 1e6:.2f}",
            f"{each.after_ns / 1e6:.2f}",
            f"{each.ratio:.2f}",
            f"{100 * each.tolerance:.0f} %",
            f"[{_COLORS[each.verdict]}]{each.verdict}[/]",
        )
    output.people.print(table)


def _show_alone(what: str, records: tuple[Measurement, ...], output: Output) -> None:
    for record in records:
        output.people.print(escape(f"{what}: {record.case}"), soft_wrap=True)
