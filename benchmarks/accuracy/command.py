"""The command ``cloformer-bench accuracy``: top-1 and top-5 of artifacts on labeled images; it can be resumed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cloformer.command_line import Output, third_party_noise_aside


def accuracy_command(
    context: typer.Context,
    artifacts: Annotated[list[Path], typer.Argument(help="Artifacts, checkpoints, bundles, or demo.")],
    images: Annotated[
        Path, typer.Option(help="A folder with one folder of images per class, or demo for its held-out digits.")
    ],
    reference: Annotated[
        Path | None, typer.Option(help="The weights before export, or demo; also report how often both agree.")
    ] = None,
    threads: Annotated[int | None, typer.Option(help="Number of CPU threads. Default: the runtime's choice.")] = None,
    records: Annotated[Path, typer.Option(help="Folder for predictions; existing ones are not repeated.")] = Path(
        "exports/accuracy"
    ),
    table: Annotated[Path | None, typer.Option(help="Also write the table to this Markdown file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks and the runtimes' messages.")] = False,
) -> int:
    """Report the share of labeled images that each artifact classifies correctly in its own runtime.

    Every artifact gets the same images, prepared as the artifact itself specifies.
    """
    output: Output = context.obj
    output.as_json, output.verbose = as_json, verbose
    from .run import judge_artifacts  # noqa: PLC0415 - not needed to refuse a wrong request
    from .table import accuracy_as_markdown, accuracy_table  # noqa: PLC0415

    with third_party_noise_aside(output):
        rows = judge_artifacts(artifacts, images, reference, threads, records, output)
    if table is not None:
        table.parent.mkdir(parents=True, exist_ok=True)
        table.write_text(accuracy_as_markdown(rows, images), "utf-8")
    if as_json:
        output.print_json([{**asdict(row), "path": str(row.path)} for row in rows])
    else:
        output.people.print(accuracy_table(rows))
    return 0
