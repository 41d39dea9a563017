"""Building one artifact in a staging folder: convert, check the budget, compare with the reference, describe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cloformer.export.bundle.golden import write_golden
from cloformer.export.bundle.writer import check_joinable, labels_sha256, labels_text
from cloformer.export.conversion import Conversion, Converted
from cloformer.export.reference.run import ReferenceRun
from cloformer.export.report import ParityReport, ReportEntry
from cloformer.export.request.request import ArtifactRequest
from cloformer.export.stages import Stages
from cloformer.export.target_module import load_target
from cloformer.model import CloFormer, ConversionError, MissingPackageError, ParityError
from cloformer.model.errors import CloformerError, first_line
from cloformer.runtimes.bundle.manifest import LABELS_NAME, Manifest
from cloformer.runtimes.registry import is_runnable

from .artifact_facts import Effort, artifact_facts, report_entry
from .budgets import check_budget
from .check_parity import check_parity
from .failed_artifact import keep_failed
from .job import ExportJob, prepare


@dataclass(frozen=True)
class Built:
    """What one export has staged, before it joins its bundle.

    Attributes:
        manifest: the bundle's manifest with the new artifacts; without any if parity failed.
        entry: the entry for ``report.json``.
        failure: why the artifact is only kept for inspection; None if it is good.
    """

    manifest: Manifest
    entry: ReportEntry
    failure: ParityError | None = None


def bundle_folder(request: ArtifactRequest, job: ExportJob) -> Path:
    """Return the folder of the bundle that the artifact joins."""
    height, width = request.image_size
    task = "" if isinstance(job.model, CloFormer) else f"_{job.model.config.task}"
    return job.output / f"cloformer_{job.model.variant.name}{task}_{job.weights.name}_{height}x{width}"


def build_artifact(staging: Path, request: ArtifactRequest, job: ExportJob, effort: Effort) -> Built:
    """Build the artifact, and all that its bundle needs, in the folder ``staging``.

    Raises:
        UsageError: the bundle belongs to another model.
        MissingPackageError: a package of the target cannot be loaded.
        ConversionError: the exporter failed.
        DelegationError: the artifact breaks into more pieces than its target's budget allows.
    """
    stages = effort.stages
    conversion = prepare(request, job, staging / request.file_name, stages)
    manifest = _write_shared_files(conversion, job.truth, staging)
    bundle = bundle_folder(request, job)
    check_joinable(bundle, manifest)
    converted = _convert(conversion, stages)
    check_budget(request, converted.delegation, len(conversion.output_names))
    verdict = _judge(conversion, converted, job, stages)
    if verdict.passed is False:
        entry, failure = keep_failed(bundle, conversion, converted, verdict, effort)
        return Built(manifest, entry, failure)
    artifacts = artifact_facts(conversion, converted)
    entry = report_entry(conversion, converted, verdict, conversion.path, effort)
    return Built(manifest.model_copy(update={"artifacts": artifacts}), entry)


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
