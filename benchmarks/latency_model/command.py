"""The command ``cloformer-bench latency-model``: predicted latency of CloFormer on phones. Not a measurement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cloformer.benchmarks.peers.networks import check_timm
from cloformer.command_line import Output, third_party_noise_aside

if TYPE_CHECKING:
    from .prediction import LatencyPrediction, PredictionReport


def latency_model_command(
    context: typer.Context,
    file: Annotated[Path | None, typer.Option("--output", help="Also write the JSON document to this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks and libraries' messages.")] = False,
) -> int:
    """Predict CloFormer's latency on phones with a model fitted to other networks' published latencies.

    The model is scored on families that it was not fitted to, and its error is shown next to each prediction.
    Exit codes: 0 done, 1 a bug in this toolkit, 3 timm is missing.
    """
    output: Output = context.obj
    output.as_json, output.verbose = as_json, verbose
    check_timm()
    with third_party_noise_aside(output):
        from .prediction import predict_latencies  # noqa: PLC0415 - imports PyTorch, which takes seconds

        report = predict_latencies()
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(report.model_dump_json(indent=2) + "\n", "utf-8")
    if as_json:
        output.print_json(report.model_dump(mode="json"))
        return 0
    _show(report, output)
    return 0


def _show(report: PredictionReport, output: Output) -> None:
    """Print a table with one row per device, and the model's errors where it can be scored."""
    devices: dict[str, list[LatencyPrediction]] = {}
    for each in report.predictions:
        devices.setdefault(each.device, []).append(each)
    table = Table(title=f"ms, {report.meaning}")
    table.add_column("device")
    for prediction in next(iter(devices.values())):
        table.add_column(prediction.variant, justify="right")
    table.add_column("")
    for device, predictions in devices.items():
        table.add_row(escape(device), *map(_text, predictions), escape(predictions[0].remark))
    output.people.print(table)
    for calibration in report.calibrations:
        output.people.print(
            f"{calibration.device}: {len(calibration.left_out)} networks, median error "
            f"{100 * calibration.median_error:.0f} %, worst factor {calibration.worst:.1f}; a line over multiply-adds "
            f"has a median error of {100 * calibration.by_multiply_adds_error:.0f} %",
            soft_wrap=True,
        )


def _text(prediction: LatencyPrediction) -> str:
    if prediction.milliseconds is None:
        return ""
    if prediction.low is None or prediction.high is None:
        return f"{prediction.milliseconds:.2f}"
    return f"{prediction.milliseconds:.2f}\n({prediction.low:.2f} to {prediction.high:.2f})"
