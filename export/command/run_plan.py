"""Carrying out a plan: the model once, then each target; one that fails does not stop the others."""

from __future__ import annotations

from cloformer.command_line import Output
from cloformer.export.calibration.calibration import Calibration, CalibrationLoader, find_calibration
from cloformer.export.pipeline.exporter import run_export
from cloformer.export.pipeline.job import ExportJob, QuantizationSettings, make_job
from cloformer.export.stages import Stages
from cloformer.model import CloformerError, Preprocessing, create_network, describe_weights
from cloformer.model.labels import default_labels, read_labels

from .plan import ExportPlan
from .progress import Outcome, StageLines

_NAMED = 4
"""How many files a message names at most."""


def run_plan(plan: ExportPlan, output: Output) -> list[Outcome]:
    """Export every request of ``plan``.

    Raises:
        CloformerError: the model itself cannot be made; failures of single targets are among the outcomes.
    """
    lines = StageLines(output)
    outcomes: list[Outcome] = []
    try:
        job = _make_job(plan, output, Stages(lines.listener("all targets")))
        for request in plan.requests:
            stages = Stages(lines.listener(f"{request.target.title} {request.precision}"))
            try:
                outcomes.append((request, run_export(request, job, stages)))
            except CloformerError as error:
                output.stop_if_interrupted()
                if output.verbose:
                    output.people.print_exception()
                outcomes.append((request, error))
    finally:
        lines.stop()
    return outcomes


def _make_job(plan: ExportPlan, output: Output, stages: Stages) -> ExportJob:
    model = create_network(
        plan.variant,
        plan.task,
        checkpoint=plan.checkpoint,
        out_indices=plan.out_indices,
        norm_outputs=plan.norm_outputs,
    )
    classes = model.num_classes
    labels = read_labels(plan.labels, classes) if plan.labels else default_labels(classes, plan.checkpoint, plan.task)
    weights = describe_weights(model, plan.checkpoint)
    if weights.source == "random" and not output.as_json:
        output.people.print(
            "[bold yellow]The weights are random:[/] this model's predictions mean nothing. "
            "Give your own with --checkpoint FILE.",
            soft_wrap=True,
        )
    load = find_calibration(plan.calibration, plan.checkpoint, plan.calibration_count)
    return make_job(
        model,
        plan.image_size,
        plan.output,
        stages,
        labels=labels,
        weights=weights,
        parity=plan.parity,
        quantization=QuantizationSettings(_speaking(load, output), plan.search, plan.float_units),
    )


def _speaking(load: CalibrationLoader, output: Output) -> CalibrationLoader:
    """Let ``load`` also warn about the images."""

    def read(contract: Preprocessing) -> Calibration:
        calibration = load(contract)
        if not calibration.representative:
            output.warn(
                f"Calibrated on {len(calibration.images)} photographs and digits that may not be like yours. "
                "Give your own with --calibration FOLDER."
            )
        if calibration.unreadable:
            names = ", ".join(calibration.unreadable[:_NAMED])
            output.warn(f"{len(calibration.unreadable)} files are not readable images and were skipped: {names}")
        return calibration

    return read
