"""``cloformer-bench export-time``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cloformer.command_line import Output
from cloformer.export.command.image_size import parse_image_size
from cloformer.export.request.registry import TARGETS, check_packages, find_target
from cloformer.model import UsageError
from cloformer.model.variants import find_variant

_DEFAULT = ",".join(name for name, spec in TARGETS.items() if spec.extra is None)


def export_time_command(
    context: typer.Context,
    targets: Annotated[str, typer.Option(help="Targets to export to, separated by commas.")] = _DEFAULT,
    variant: Annotated[str, typer.Option(help="xxs, xs or s.")] = "xxs",
    image_size: Annotated[str, typer.Option(help="N or HxW, multiples of 32.")] = "224",
    precision: Annotated[
        str | None, typer.Option(help="The precision of the exports; by default each target's own.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many targets to export at once.")] = 2,
    plain: Annotated[
        bool, typer.Option("--plain/--no-plain", help="Also time the plain use of each target's libraries.")
    ] = True,
    table: Annotated[Path | None, typer.Option(help="Also write the tables into this Markdown file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks.")] = False,
) -> int:
    """Time an export of all targets, parity included, against the plain use of their libraries. Use an idle machine.

    Exit codes: 0 done, 1 a bug in this toolkit, 2 wrong usage, 3 a package is missing, 5 an export failed,
    130 interrupted.
    """
    output: Output = context.obj
    output.as_json, output.verbose = as_json, verbose
    find_variant(variant)
    size = parse_image_size(image_size)
    chosen = tuple(dict.fromkeys(targets.split(",")))
    for name in chosen:
        check_packages(find_target(name))
    from .measure import ExportTimeSettings, has_plain_export, measure_export_time  # noqa: PLC0415 - for valid requests
    from .table import export_times_as_markdown  # noqa: PLC0415

    without = [name for name in chosen if not has_plain_export(name)]
    if plain and without:
        raise UsageError(f"there is no plain export to {', '.join(without)}", "add --no-plain, or leave them out")

    def tell(what: str) -> None:
        output.stop_if_interrupted()
        if not as_json:
            output.people.print(escape(what), soft_wrap=True)

    command = " ".join(["cloformer-bench", *sys.argv[1:]])
    settings = ExportTimeSettings(chosen, variant, size, precision, jobs, plain, command)
    report = measure_export_time(settings, tell)
    page = export_times_as_markdown(report)
    if table:
        table.parent.mkdir(parents=True, exist_ok=True)
        table.write_text(page, "utf-8")
    if as_json:
        output.print_json(report.model_dump(mode="json") | {"ratio": report.ratio})
    else:
        output.people.print(page, markup=False, soft_wrap=True)
    return 0
