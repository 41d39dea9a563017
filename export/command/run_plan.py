"""Carrying out a plan: the model once, then each target; one that fails does not stop the others."""

from __future__ import annotations

import traceback

from cloformer.command_line import Output
from cloformer.export.calibration.calibration import Calibration, find_calibration
from cloformer.export.pipeline.exporter import Artifact, run_export
from cloformer.export.pipeline.job import ExportJob, QuantizationSettings, make_job, needs_calibration
from cloformer.export.pipeline.parallel import default_jobs, run_exports_at_once
from cloformer.export.request.request import ArtifactRequest
from cloformer.export.stages import Stages
from cloformer.model import CloformerError, create_network, describe_weights
from cloformer.model.labels import default_labels, read_labels

from .plan import ExportPlan
from .progress import ExportProgress, Outcome

_NAMED = 4
"""How many files a message names at most."""


def run_plan(plan: ExportPlan, output: Output) -> list[Outcome]:
    """Export every request of ``plan``.

    Raises:
        CloformerError: the model itself cannot be made; failures of single targets are among the outcomes.
    """
    progress = ExportProgress(output)
    jobs = min(plan.jobs or default_jobs(), len(plan.requests))

    def make() -> ExportJob:
        return _make_job(plan, output, Stages(progress.lines.listener("all targets")))

    try:
        if jobs > 1:
            results = run_exports_at_once(plan.requests, make, jobs, progress)
        else:
            job = make()
            results = [_run_export(request, job, progress) for request in plan.requests]
    finally:
        progress.lines.stop()
    for error in results if output.verbose else ():
        if isinstance(error, CloformerError):
            output.people.print("".join(traceback.format_exception(error)), markup=False)
    return list(zip(plan.requests, results, strict=True))


def _run_export(request: ArtifactRequest, job: ExportJob, progress: ExportProgress) -> Artifact | CloformerError:
    result: Artifact | CloformerError
    try:
        result = run_export(request, job, Stages(progress.listener(request)))
    except CloformerError as error:
        progress.check()
        result = error
    progress.ended(request, result)
    return result


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
    job = make_job(
        model,
        plan.image_size,
        plan.output,
        stages,
        labels=labels,
        weights=weights,
        parity=plan.parity,
        quantization=QuantizationSettings(
            load if needs_calibration(plan.requests) else None, plan.search, plan.float_units
        ),
    )
    if job.calibration:
        _warn_about(job.calibration, output)
    return job


def _warn_about(calibration: Calibration, output: Output) -> None:
    """Tell people what they should know about the images."""
    if not calibration.representative:
        output.warn(
            f"Calibrated on {len(calibration.images)} photographs and digits that may not be like yours. "
            "Give your own with --calibration FOLDER."
        )
    if calibration.unreadable:
        names = ", ".join(calibration.unreadable[:_NAMED])
        output.warn(f"{len(calibration.unreadable)} files are not readable images and were skipped: {names}")
