"""``cloformer-predict``: run any artifact or bundle on image files."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from .command_line import Output, run_command, third_party_noise_aside
from .predict import Predictions, predict

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
output = Output()


@app.command()
def predict_command(
    artifact: Annotated[
        Path, typer.Argument(help="An .onnx, .ort, .pte or .mlpackage, a checkpoint, or a bundle's folder.")
    ],
    images: Annotated[list[Path], typer.Argument(help="Image files.")],
    top: Annotated[int, typer.Option(help="Classes to show.")] = 5,
    backend: Annotated[
        str | None,
        typer.Option(
            help="Who executes: an ONNX Runtime provider, Core ML's compute units, or executor for this project's own."
        ),
    ] = None,
    threads: Annotated[int | None, typer.Option(help="CPU threads; by default the runtime's choice.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Tracebacks and the runtime's messages.")] = False,
) -> int:
    """Classify images with an exported artifact, in its own runtime."""
    output.as_json, output.verbose = as_json, verbose
    with third_party_noise_aside(output):
        predictions = predict(artifact, images, top, threads, backend)
    if as_json:
        output.print_json(_document(predictions))
    else:
        _show(predictions)
    return 0


def _document(predictions: Predictions) -> dict[str, object]:
    return {
        "artifact": str(predictions.artifact),
        "runtime": asdict(predictions.runtime),
        "load_milliseconds": predictions.load_milliseconds,
        "trained": predictions.trained,
        "images": [
            {
                "image": str(image.image),
                "milliseconds": image.milliseconds,
                "classes": [{"label": label, "probability": probability} for label, probability in image.classes],
            }
            for image in predictions.images
        ],
    }


def _show(predictions: Predictions) -> None:
    runtime = predictions.runtime
    title = f"{predictions.artifact.name} in {runtime.runtime} {runtime.version}, {runtime.backend}"
    table = Table(title=escape(title))
    table.add_column("image")
    table.add_column("class")
    table.add_column("probability", justify="right")
    table.add_column("ms", justify="right")
    for image in predictions.images:
        for rank, (label, probability) in enumerate(image.classes):
            first = rank == 0
            table.add_row(
                escape(image.image.name) if first else "",
                escape(label),
                f"{100 * probability:.1f} %",
                f"{image.milliseconds:.1f}" if first else "",
            )
    output.people.print(table)
    output.people.print(f"Loaded in {predictions.load_milliseconds:.0f} ms. One run an image: not a benchmark.")
    if not predictions.trained:
        output.people.print("[bold yellow]The weights are random:[/] these classes mean nothing.")


def main() -> None:
    """Run the command and exit with its code."""
    sys.exit(run_command(app, output))
