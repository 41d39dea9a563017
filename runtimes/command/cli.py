"""The command line of ``cloformer-predict``, which runs any artifact or bundle on image files."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cloformer.command_line import Output, run_command, third_party_noise_aside
from cloformer.runtimes.registry import KNOWN_SUFFIXES

if TYPE_CHECKING:
    from cloformer.runtimes.reading.findings import Finding

    from .predict import Predictions

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
output = Output()


@app.command()
def predict_command(
    artifact: Annotated[
        Path, typer.Argument(help=f"A file that ends in {', '.join(KNOWN_SUFFIXES)}, or a bundle's folder.")
    ],
    images: Annotated[list[Path], typer.Argument(help="Image files to run it on.")],
    top: Annotated[int, typer.Option(help="Maximum number of classes, boxes or areas to show per image.")] = 5,
    draw_into: Annotated[
        Path | None, typer.Option("--draw", help="Folder to save images of the boxes or masks in.")
    ] = None,
    backend: Annotated[
        str | None,
        typer.Option(
            help="Backend to run on: an ONNX Runtime execution provider, Core ML compute units, or 'executor' for this "
            "project's reference executor of .mlpackage files."
        ),
    ] = None,
    threads: Annotated[int | None, typer.Option(help="Number of CPU threads; by default the runtime's choice.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks and the runtime's messages.")] = False,
) -> int:
    """Run an exported artifact, a checkpoint or a bundle on images, in the artifact's own runtime."""
    output.as_json, output.verbose = as_json, verbose
    with third_party_noise_aside(output):
        from .predict import predict  # noqa: PLC0415 - numpy and Pillow, which --help does not need

        predictions = predict(artifact, images, top, threads, backend, draw_into)
    if as_json:
        output.print_json(_document(predictions))
    else:
        _show(predictions)
    return 0


def _document(predictions: Predictions) -> dict[str, object]:
    reading = predictions.reading
    return {
        "artifact": str(predictions.artifact),
        "runtime": asdict(predictions.runtime),
        "import_milliseconds": predictions.import_milliseconds,
        "load_milliseconds": predictions.load_milliseconds,
        "trained": predictions.trained,
        "images": [
            {
                "image": str(image.image),
                "milliseconds": image.milliseconds,
                reading.title: [found.document(reading.share_name) for found in image.found],
                **({"drawn": str(image.drawn)} if image.drawn else {}),
            }
            for image in predictions.images
        ],
    }


def _show(predictions: Predictions) -> None:
    runtime = predictions.runtime
    title = f"{predictions.artifact.name} in {runtime.runtime} {runtime.version}, {runtime.backend}"
    table = Table(title=escape(title))
    reading = predictions.reading
    for column in ("image", reading.title, reading.share_name, "ms"):
        table.add_column(column, justify="right" if column in (reading.share_name, "ms") else "left")
    for image in predictions.images:
        for rank, found in enumerate(image.found):
            first = rank == 0
            table.add_row(
                escape(image.image.name) if first else "",
                escape(_text(found)),
                "" if found.share is None else f"{100 * found.share:.1f} %",
                f"{image.milliseconds:.1f}" if first else "",
            )
        if not image.found:
            table.add_row(escape(image.image.name), "nothing", "", f"{image.milliseconds:.1f}")
    output.people.print(table)
    output.people.print(
        f"Imported {predictions.runtime.runtime} in {predictions.import_milliseconds:.0f} ms, loaded the artifact in "
        f"{predictions.load_milliseconds:.0f} ms. One run per image: not a benchmark.",
        soft_wrap=True,
    )
    if not predictions.trained:
        output.people.print(f"[bold yellow]The weights are random:[/] these {reading.title} mean nothing.")
    for image in predictions.images:
        if image.drawn:
            output.people.print(escape(f"Drawn: {image.drawn}"), soft_wrap=True)


def _text(found: Finding) -> str:
    if found.corners:
        left, top, right, bottom = map(round, found.corners)
        return f"{found.label} at {left},{top} to {right},{bottom}"
    return f"{found.label}: {'x'.join(map(str, found.shape))}" if found.shape else found.label


def main() -> None:
    """Run the command and exit with its code."""
    sys.exit(run_command(app, output))
