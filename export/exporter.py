"""One export from end to end: reference, artifact, parity, bundle."""

from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from cloformer.model import (
    CloFormer,
    ConversionError,
    MissingPackageError,
    ParityError,
    UsageError,
    WeightsInfo,
    preprocessing_for,
)
from cloformer.model.create import describe_own_weights
from cloformer.model.errors import CloformerError, first_line
from cloformer.model.labels import default_labels
from cloformer.model.network import Network
from cloformer.runtimes.manifest import LABELS_NAME, ArtifactFacts, Manifest

from .artifact_facts import artifact_facts, report_entry
from .bundle_writer import FAILED_SUFFIX, check_joinable, commit, labels_sha256, labels_text
from .check_parity import check_parity
from .conversion import Conversion, Converted
from .delegation import check_budget
from .export_job import ExportJob, prepare
from .form_names import MOBILE
from .golden import write_golden
from .options import Options
from .quantization.calibration import find_calibration
from .quantization.plan import Bound
from .reference_run import ReferenceRun, run_reference
from .registry import check_packages
from .report import ParityReport, ReportEntry
from .request import Request, check_task, make_request
from .stages import PeakMemory, StageListener, Stages


@dataclass(frozen=True)
class Artifact:
    """One exported file or folder in its bundle.

    Attributes:
        path: where it lies.
        bundle: the bundle's folder.
        facts: what the manifest says of it.
        report: what ``report.json`` says of it.
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
    input_kind: str = "unit",
    options: Options | None = None,
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
        target: ``onnx``, ``coreml``, ``executorch`` or ``coreai``.
        precision: ``fp32`` or ``fp16``; by default the target's own.
        image_size: height and width, multiples of 32.
        batch_size: images that the artifact takes at once.
        input_kind: ``unit`` for pixels in [0, 1] and the normalisation in the graph, or ``normalized``.
        options: the target's own options.
        form: of the network: the target's own, or one of ``FORM_NAMES``; ``reference`` is the plain graph.
        labels: class names in the order of the logits; by default ImageNet's where there are 1,000 classes.
        weights: how the weights are named in the bundle; by default by their content.
        output: where bundles go.
        parity: compare with the reference; False is recorded in the report.
        calibration: images that a quantiser learns from, as ``--calibration``, or ``demo`` for that checkpoint's; by
            default the reference images.
        search: int8: find out what must stay float so that this bound is kept.
        float_units: int8: what stays float, such as a plan's ``float_units``.
        listener: told about each stage.

    Raises:
        UsageError: the request cannot work.
        MissingPackageError: a package of the target is not installed.
        ConversionError: the exporter failed or the result could not be written.
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
    reference = copy.deepcopy(model).float().eval()
    with stages.stage("run the reference"):
        truth = run_reference(reference, preprocessing_for(*image_size, model.config.task))
    job = ExportJob(
        model=reference,
        truth=truth,
        labels=tuple(labels if labels is not None else default_labels(model.num_classes, task=model.config.task)),
        weights=weights or describe_own_weights(reference),
        output=Path(output),
        parity=parity,
        load_calibration=find_calibration(None if calibration is None else Path(calibration), None),
        search=search,
        float_units=tuple(float_units),
    )
    return run_export(request, job, stages)


def run_export(request: Request, job: ExportJob, stages: Stages) -> Artifact:
    """Do the export that ``request`` describes; see ``export`` for what it raises."""
    height, width = request.image_size
    task = "" if isinstance(job.model, CloFormer) else f"_{job.model.config.task}"
    bundle = job.output / f"cloformer_{job.model.variant.name}{task}_{job.weights.name}_{height}x{width}"
    start = time.perf_counter()
    try:
        job.output.mkdir(parents=True, exist_ok=True)
        with PeakMemory() as memory, tempfile.TemporaryDirectory(prefix=".export-", dir=job.output) as folder:
            staging = Path(folder)
            conversion = prepare(request, job, staging / request.file_name, stages)
            return _Export(conversion, job.truth, bundle, staging, stages, memory, start).run(job.parity)
    except OSError as error:
        raise ConversionError(
            f"cannot write under {job.output}: {error.strerror or error}",
            "free some space or choose another --output",
        ) from error


@dataclass(frozen=True)
class _Export:
    """The steps of one export over the folder that it is staged in."""

    conversion: Conversion
    truth: ReferenceRun
    bundle: Path
    staging: Path
    stages: Stages
    memory: PeakMemory
    start: float

    def run(self, parity: bool) -> Artifact:
        conversion, truth, stages = self.conversion, self.truth, self.stages
        manifest = self._write_model_files()
        check_joinable(self.bundle, manifest)
        converted = _convert(conversion, stages)
        check_budget(conversion.request, converted.delegation, len(conversion.output_names))
        verdict = ParityReport(not_run="switched off with --no-parity")
        if parity:
            verdict = check_parity(conversion, conversion.path, truth, stages)
            for extra in _runnable(converted):
                if verdict.passed:
                    verdict = check_parity(conversion, extra, truth, stages)
        artifacts = artifact_facts(conversion, converted)
        if verdict.passed is False:
            raise self._keep_failed(manifest, verdict, converted)
        entry = self._entry(verdict, converted, conversion.path)
        commit(self.bundle, self.staging, manifest.model_copy(update={"artifacts": artifacts}), entry)
        path = self.bundle / conversion.path.name
        return Artifact(path, self.bundle, artifacts[0], entry)

    def _write_model_files(self) -> Manifest:
        (self.staging / LABELS_NAME).write_text(labels_text(self.conversion.labels), "utf-8")
        return Manifest(
            model=self.conversion.facts,
            preprocessing=self.conversion.preprocessing,
            boxes=self.conversion.boxes,
            labels_sha256=labels_sha256(self.conversion.labels),
            golden=write_golden(self.staging, self.truth),
            artifacts=(),
        )

    def _entry(self, verdict: ParityReport, converted: Converted, path: Path) -> ReportEntry:
        seconds = round(time.perf_counter() - self.start, 3)
        return report_entry(self.conversion, converted, verdict, path, self.stages, self.memory, seconds)

    def _keep_failed(self, manifest: Manifest, verdict: ParityReport, converted: Converted) -> ParityError:
        for path in (self.conversion.path, *converted.extra_files.values()):
            path.rename(path.with_name(path.name + FAILED_SUFFIX))
        failed = self.conversion.path.with_name(self.conversion.path.name + FAILED_SUFFIX)
        entry = self._entry(verdict, converted, failed)
        commit(self.bundle, self.staging, manifest, entry)
        where = verdict.first_divergence
        place = f"; the outputs first part at {where}" if where else ""
        if entry.fp16 and entry.fp16.beyond:
            place += f"; the reference goes beyond fp16, at {entry.fp16.beyond[0]} first: export it as fp32"
        return ParityError(
            f"{self.conversion.request.target.title} {self.conversion.request.precision} differs from the reference: "
            f"{_numbers(verdict)}{place}",
            f"the artifact is kept for inspection as {self.bundle / failed.name}",
        )


def _convert(conversion: Conversion, stages: Stages) -> Converted:
    target = conversion.request.target
    try:
        with stages.stage(f"load {target.title}'s exporter"):
            module = import_module(f".{target.module}", __package__)
        converted: Converted = module.convert(conversion, stages)
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
    return converted


def _runnable(converted: Converted) -> list[Path]:
    return [path for kind, path in converted.extra_files.items() if kind == "ort"]


def _numbers(verdict: ParityReport) -> str:
    if verdict.max_abs is None:
        return "its output has another shape or is not finite"
    psnr = "" if verdict.psnr_db is None else f", PSNR {verdict.psnr_db:.1f} dB"
    return (
        f"max-abs {verdict.max_abs:.2g}, cosine {verdict.cosine:.6f}{psnr}, "
        f"top-1 agreement {100 * (verdict.top1_agreement or 0):.0f} %"
    )
