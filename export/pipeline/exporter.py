"""One export from end to end: reference, artifact, budget, parity, bundle."""

from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cloformer.export.bundle.writer import commit
from cloformer.export.calibration.calibration import find_calibration
from cloformer.export.report import ReportEntry
from cloformer.export.request.form_names import MOBILE
from cloformer.export.request.registry import check_packages
from cloformer.export.request.request import ArtifactRequest, check_task, make_request
from cloformer.export.search.bound import Bound
from cloformer.export.stages import PeakMemory, StageListener, Stages
from cloformer.export.target_options import TargetOptions
from cloformer.model import ConversionError, UsageError, WeightsInfo
from cloformer.model.network import Network
from cloformer.runtimes.bundle.manifest import ArtifactFacts

from .artifact_facts import Effort
from .build import Built, build_artifact, bundle_folder
from .job import ExportJob, QuantizationSettings, make_job, needs_calibration


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
    load_calibration = find_calibration(None if calibration is None else Path(calibration), None)
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
            load_calibration if needs_calibration([request]) else None, search, tuple(float_units)
        ),
    )
    return run_export(request, job, stages)


def run_export(request: ArtifactRequest, job: ExportJob, stages: Stages) -> Artifact:
    """Do the export that ``request`` describes; see ``export`` for what it raises."""
    with staging_folder(job.output) as staging, PeakMemory() as memory:
        built = build_artifact(staging, request, job, Effort(stages, memory, time.perf_counter()))
        return deliver(built, staging, bundle_folder(request, job))


@contextmanager
def staging_folder(output: Path) -> Iterator[Path]:
    """Open a folder below ``output`` for an export to be built in; it is removed at the end.

    Raises:
        ConversionError: something could not be written.
    """
    with writing_under(output):
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=output) as folder:
            yield Path(folder)


@contextmanager
def writing_under(output: Path) -> Iterator[None]:
    """Turn any failure to write into an error that names the folder.

    Raises:
        ConversionError: something could not be written.
    """
    try:
        yield
    except OSError as error:
        raise ConversionError(
            f"cannot write under {output}: {error.strerror or error}",
            "free some space or choose another --output",
        ) from error


def deliver(built: Built, staging: Path, bundle: Path) -> Artifact:
    """Move what was built in ``staging`` into ``bundle``.

    Raises:
        ParityError: the artifact differs from the reference; it is in the bundle under a ``.failed`` name.
    """
    commit(bundle, staging, built.manifest, built.entry)
    if built.failure is not None:
        raise built.failure
    facts = next(artifact for artifact in built.manifest.artifacts if artifact.file == built.entry.file)
    return Artifact(bundle / facts.file, bundle, facts, built.entry)
