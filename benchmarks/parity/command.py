"""The command ``cloformer-bench parity``: the table of parity; an interrupted run can be continued."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cloformer.command_line import Output, third_party_noise_aside
from cloformer.export.command.image_size import parse_image_size
from cloformer.export.request.registry import TARGETS, find_target
from cloformer.model.tasks import CLASSIFICATION, find_task
from cloformer.model.variants import VARIANTS, find_variant

_PARITY_FAILED = 6


def parity_command(
    context: typer.Context,
    variants: Annotated[str, typer.Option(help="Variants, separated by commas.")] = ",".join(VARIANTS),
    tasks: Annotated[str, typer.Option(help="Tasks, separated by commas.")] = CLASSIFICATION,
    precisions: Annotated[str, typer.Option(help="Precisions, separated by commas. Default: all of each target.")] = "",
    targets: Annotated[str, typer.Option(help="Targets, separated by commas.")] = ",".join(TARGETS),
    image_size: Annotated[str, typer.Option(help="Input size as N or HxW, in multiples of 32.")] = "224",
    table: Annotated[Path, typer.Option(help="Markdown file for the table.")] = Path("docs/parity-table.md"),
    records: Annotated[
        Path, typer.Option(help="Folder with one file per finished cell; delete a file to redo its cell.")
    ] = Path("exports/parity-table"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks and the exporters' messages.")] = False,
) -> int:
    """Export every variant to every target in every precision, run it in every runtime, and compare.

    This takes an hour or two. Cells that are already finished are not repeated.
    """
    output: Output = context.obj
    output.as_json, output.verbose = as_json, verbose
    size = parse_image_size(image_size)
    asked = [find_task(name).name for name in tasks.split(",")]
    only = [name for name in precisions.split(",") if name]
    chosen = [find_variant(name).name for name in variants.split(",")]
    formats = [find_target(name).name for name in targets.split(",")]
    from .cells import Cell, all_cells  # noqa: PLC0415 - not needed to refuse a wrong request
    from .measure import CellRecord, measure_cells, tool_versions  # noqa: PLC0415 - imports PyTorch, which takes seconds
    from .table import parity_as_markdown  # noqa: PLC0415

    def tell(cell: Cell, record: CellRecord) -> None:
        output.stop_if_interrupted()
        if not as_json:
            parity = record.parity
            output.people.print(f"{cell.name}: {parity.not_run or ('equal' if parity.passed else 'differs')}")

    records.mkdir(parents=True, exist_ok=True)
    with third_party_noise_aside(output):
        found = measure_cells(all_cells(chosen, formats, size, asked, only), size, records, tell)
    command = " ".join(["cloformer-bench", *sys.argv[1:]])
    table.parent.mkdir(parents=True, exist_ok=True)
    table.write_text(parity_as_markdown(found, size, tool_versions(), command), "utf-8")
    if as_json:
        output.print_json([record.model_dump(mode="json") for record in found])
    else:
        output.people.print(f"Written: {table}")
    return _PARITY_FAILED if any(record.parity.passed is False for record in found) else 0
