"""One export from end to end: reference, artifact, budget, parity, bundle."""

from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cloformer.export.bundle.golden import write_golden
from cloformer.export.bundle.writer import check_joinable, commit, labels_sha256, labels_text
from cloformer.export.calibration.calibration import find_calibration
from cloformer.export.conversion import Conversion, Converted
from cloformer.export.reference.run import ReferenceRun
from cloformer.export.report import ParityReport, ReportEntry
from cloformer.export.request.form_names import MOBILE
from cloformer.export.request.registry import check_packages
from cloformer.export.request.request import ArtifactRequest, check_task, make_request
from cloformer.export.search.plan import Bound
from cloformer.export.stages import PeakMemory, StageListener, Stages
from cloformer.export.target_module import load_target
from cloformer.export.target_options import TargetOptions
from cloformer.model import CloFormer, ConversionError, MissingPackageError, UsageError, WeightsInfo
from cloformer.model.errors import CloformerError, first_line
from cloformer.model.network import Network
from cloformer.runtimes.bundle.manifest import LABELS_NAME, ArtifactFacts, Manifest
from cloformer.runtimes.registry import is_runnable

from .artifact_facts import Effort, artifact_facts, report_entry
from .budgets import check_budget
from .check_parity import check_parity
from .failed_artifact import keep_failed
from .job import ExportJob, QuantizationSettings, make_job, prepare


@dataclass(frozen=True)
class Artifact:
    """One exported file or folder in its bundle.

    Attributes:
        path: where it is.
        bundle: the bundle's folder.
        facts: what the manifest says about it.
        report: what ``report.json`` says about it.
    """

    path: Path
    bundle: Path
    facts: ArtifactFacts
    report: ReportEntry


def export(  # noqa: PLR0913 - the options of the command, by keyword
    model: Network,
    target: str,
    *,
    precision: str | None = None,
    image_size: tuple[int, int] = (224, 224),
    batch_size: int = 1,
    input_kind: str = "pixels",
    options: TargetOptions | None = None,
    form: str = MOBILE,
    labels: Sequence[str] | None = None,
    weights: WeightsInfo | None = None,
    output: str | Path = "exports",
    parity: bool = True,
    calibration: str | Path | None = None,
    search: Bound | None = None,
    float_units: Sequence[str] = (),
    listener: StageListener | None = None,
) -> Artifact:
    """Export ``model`` to ``target``, compare it with the reference, and add it to its bundle under ``output``.

    Args:
        model: the reference; it is not changed.
        target: a name in ``TARGETS``, such as ``onnx``.
        precision: one of the target's; by default its first.
        image_size: height and width, multiples of 32.
        batch_size: how many images the artifact takes at once.
        input_kind: ``pixels`` for values in [0, 1] that the graph normalizes, or ``normalized``.
        options: the target's own options.
        form: the form of the network: the target's own, or one of ``FORMS``; ``reference`` is the plain graph.
        labels: class names in the order of the logits; by default ImageNet's where there are 1,000 classes.
        weights: how the weights are named in the bundle; by default by their content.
        output: the folder that bundles go into.
        parity: whether to compare with the reference; the report says if not.
        calibration: images that a quantizer learns from, as ``--calibration``, or ``demo`` for that checkpoint's; by
            default the reference images.
        search: int8: find out what must stay float so that this bound is kept.
        float_units: int8: what stays float, such as a plan's ``float_units``.
        listener: is told about each stage.

    Raises:
        UsageError: the request cannot work.
        MissingPackageError: a package of the target is not installed.
        ConversionError: the exporter failed or the result could not be written.
        DelegationError: the artifact breaks into more pieces than its target's budget allows.
        ParityError: the artifact differs from the reference; it is kept under a ``.failed`` name.
    """
    request = make_request(
        target,
        precision=precision,
        image_size=image_size,
        batch_size=batch_size,
        input_kind=input_kind,
        options=options,
        form=form,
    )
    check_task(request, model.config.task)
    check_packages(request.target)
    if labels is not None and len(labels) != model.num_classes:
        raise UsageError(f"there are {len(labels)} labels for {model.num_classes} classes")
    stages = Stages(listener)
    job = make_job(
        copy.deepcopy(model).float().eval(),
        image_size,
        Path(output),
        stages,
        labels=labels,
        weights=weights,
        parity=parity,
        quantization=QuantizationSettings(
            find_calibration(None if calibration is None else Path(calibration), None), search, tuple(float_units)
        ),
    )
    return run_export(request, job, stages)


def run_export(request: ArtifactRequest, job: ExportJob, stages: Stages) -> Artifact:
    """Do the export that ``request`` describes; see ``export`` for what it raises."""
    start = time.perf_counter()
    try:
        job.output.mkdir(parents=True, exist_ok=True)
        with PeakMemory() as memory, tempfile.TemporaryDirectory(prefix=".export-", dir=job.output) as folder:
            effort = Effort(stages, memory, start)
            return _export_into(Path(folder), request, job, effort)
    except OSError as error:
        raise ConversionError(
            f"cannot write under {job.output}: {error.strerror or error}",
            "free some space or choose another --output",
        ) from error


def _export_into(staging: Path, request: ArtifactRequest, job: ExportJob, effort: Effort) -> Artifact:
    bundle, stages = _bundle_of(request, job), effort.stages
    conversion = prepare(request, job, staging / request.file_name, stages)
    manifest = _write_shared_files(conversion, job.truth, staging)
    check_joinable(bundle, manifest)
    converted = _convert(conversion, stages)
    check_budget(request, converted.delegation, len(conversion.output_names))
    verdict = _judge(conversion, converted, job, stages)
    if verdict.passed is False:
        raise keep_failed(bundle, staging, manifest, conversion, converted, verdict, effort)
    artifacts = artifact_facts(conversion, converted)
    entry = report_entry(conversion, converted, verdict, conversion.path, effort)
    commit(bundle, staging, manifest.model_copy(update={"artifacts": artifacts}), entry)
    return Artifact(bundle / conversion.path.name, bundle, artifacts[0], entry)


def _bundle_of(request: ArtifactRequest, job: ExportJob) -> Path:
    height, width = request.image_size
    task = "" if isinstance(job.model, CloFormer) else f"_{job.model.config.task}"
    return job.output / f"cloformer_{job.model.variant.name}{task}_{job.weights.name}_{height}x{width}"


def _write_shared_files(conversion: Conversion, truth: ReferenceRun, staging: Path) -> Manifest:
    """Write what the artifacts of a bundle share, and return a manifest that has no artifact yet."""
    (staging / LABELS_NAME).write_text(labels_text(conversion.labels), "utf-8")
    return Manifest(
        model=conversion.facts,
        preprocessing=conversion.preprocessing,
        boxes=conversion.boxes,
        labels_sha256=labels_sha256(conversion.labels),
        golden=write_golden(staging, truth),
        artifacts=(),
    )


def _convert(conversion: Conversion, stages: Stages) -> Converted:
    target = conversion.request.target
    try:
        with stages.stage(f"load {target.title}'s exporter"):
            module = load_target(target.name)
        return module.convert(conversion, stages)
    except (CloformerError, OSError):
        raise
    except ImportError as error:
        raise MissingPackageError(
            f"{target.title} export cannot {stages.current}: {first_line(error)}",
            "cloformer-doctor says what to install",
        ) from error
    except Exception as error:
        # Exporters raise whatever their insides raise; the stage says where, --verbose shows the rest.
        raise ConversionError(
            f"{target.title} export failed while it was to {stages.current}: {first_line(error)}",
            "run it again with --verbose for the exporter's own messages",
        ) from error


def _judge(conversion: Conversion, converted: Converted, job: ExportJob, stages: Stages) -> ParityReport:
    """Compare the artifact, and each additional file that a runtime opens, until one differs from the reference."""
    verdict = ParityReport(not_run="switched off with --no-parity")
    if job.parity:
        files = [conversion.path, *(path for path in converted.extra_files.values() if is_runnable(path))]
        for path in files:
            verdict = check_parity(conversion, path, job.truth, stages)
            if not verdict.passed:
                break
    return verdict
