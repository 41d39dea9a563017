"""``cloformer-bench accuracy``: top-1 and top-5 of artifacts on labeled images, resumable."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cloformer.command_line import Output, third_party_noise_aside


def accuracy_command(
    context: typer.Context,
    artifacts: Annotated[list[Path], typer.Argument(help="Artifacts, checkpoints, or bundles with several; or demo.")],
    images: Annotated[
        Path, typer.Option(help="A tree with one folder of images a class; or demo, its held-out digits.")
    ],
    reference: Annotated[
        Path | None, typer.Option(help="The weights before export, or demo: also say how often both agree.")
    ] = None,
    threads: Annotated[int | None, typer.Option(help="CPU threads; by default the runtime's choice.")] = None,
    records: Annotated[Path, typer.Option(help="Where predictions are kept; what is there is not done again.")] = Path(
        "exports/accuracy"
    ),
    table: Annotated[Path | None, typer.Option(help="Also write the table into this Markdown file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Tracebacks and the runtimes' messages.")] = False,
) -> int:
    """Say what share of labeled images each artifact names right, in its own runtime.

    Every artifact sees the same images through its own preprocessing contract.
    """
    output: Output = context.obj
    output.as_json, output.verbose = as_json, verbose
    from .run import judge_artifacts  # noqa: PLC0415 - a wrong request needs none of it
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
