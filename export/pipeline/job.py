"""What the exports of one model share, and what each of them needs before it is converted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cloformer.export.calibration.calibration import Calibration, CalibrationLoader
from cloformer.export.conversion import Conversion
from cloformer.export.reference.ranges import measure_ranges
from cloformer.export.reference.run import ReferenceRun, run_reference
from cloformer.export.report import LayerRange
from cloformer.export.request.request import ArtifactRequest
from cloformer.export.search.bound import Bound
from cloformer.export.stages import Stages
from cloformer.export.target_spec import CALIBRATED
from cloformer.model import Preprocessing, WeightsInfo, preprocessing_for
from cloformer.model.create import describe_own_weights
from cloformer.model.labels import default_labels
from cloformer.model.network import Network
from cloformer.runtimes.pytorch.network_facts import model_facts


@dataclass(frozen=True)
class QuantizationSettings:
    """How the artifacts with 8-bit integers are made.

    Attributes:
        load_calibration: reads the images that ranges are learned from; None if no artifact needs any.
        search: for int8, the bound to search a quantization plan for; None to use ``float_units``.
        float_units: for int8, the units that stay float.
    """

    load_calibration: CalibrationLoader | None = None
    search: Bound | None = None
    float_units: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExportJob:
    """What the exports of one model at one size share; ``make_job`` builds it.

    Attributes:
        model: the reference, in float32 and evaluation mode.
        truth: what the model computes for the reference images.
        labels: class names in the order of the logits.
        weights: how the weights are named.
        output: the folder that bundles go into.
        parity: whether to compare with the reference.
        calibration: the images that ranges are learned from; None if no artifact needs any.
        search: for int8, the bound to search a quantization plan for; None to use ``float_units``.
        float_units: for int8, the units that stay float.
    """

    model: Network
    truth: ReferenceRun
    labels: tuple[str, ...]
    weights: WeightsInfo
    output: Path
    parity: bool = True
    calibration: Calibration | None = None
    search: Bound | None = None
    float_units: tuple[str, ...] = ()

    @property
    def preprocessing(self) -> Preprocessing:
        """The contract for the model's input."""
        height, width = self.truth.images.shape[2:]
        return preprocessing_for(height, width, self.model.config.task)

    @cached_property
    def ranges(self) -> tuple[LayerRange, ...]:
        """How far each layer of the model reaches on the reference images."""
        return measure_ranges(self.model, self.truth.normalized)


def make_job(
    model: Network,
    image_size: tuple[int, int],
    output: Path,
    stages: Stages,
    *,
    labels: Sequence[str] | None = None,
    weights: WeightsInfo | None = None,
    parity: bool = True,
    quantization: QuantizationSettings | None = None,
) -> ExportJob:
    """Run the reference, and read the calibration images, once for all exports of ``model`` at one size.

    The arguments are those of ``ExportJob``. Labels and the weights' name have defaults: ImageNet's labels for 1,000
    classes, and the weights' hash.
    """
    settings = quantization or QuantizationSettings()
    contract = preprocessing_for(*image_size, model.config.task)
    with stages.stage("run the reference"):
        truth = run_reference(model, contract)
    calibration = None
    if settings.load_calibration:
        with stages.stage("read the calibration images"):
            calibration = settings.load_calibration(contract)
    if labels is None:
        labels = default_labels(model.num_classes, task=model.config.task)
    return ExportJob(
        model=model,
        truth=truth,
        labels=tuple(labels),
        weights=weights or describe_own_weights(model),
        output=output,
        parity=parity,
        calibration=calibration,
        search=settings.search,
        float_units=settings.float_units,
    )


def needs_calibration(requests: Sequence[ArtifactRequest]) -> bool:
    """Return whether any of the artifacts learns its ranges from images."""
    return any(request.precision in CALIBRATED for request in requests)


def prepare(request: ArtifactRequest, job: ExportJob, path: Path, stages: Stages) -> Conversion:
    """Return the conversion into ``path`` that ``request`` asks for, with what its precision needs measured or read."""
    conversion = Conversion(
        job.model,
        model_facts(job.model, job.weights),
        job.preprocessing,
        job.labels,
        request,
        path,
        ranges=_ranges(request, job, stages),
        calibration=job.calibration if request.precision in CALIBRATED else None,
        float_units=job.float_units if request.precision == "int8" else (),
    )
    if job.search is None or request.precision != "int8":
        return conversion
    from cloformer.export.search.planning import plan_conversion  # noqa: PLC0415 - searches are rare, matplotlib is slow

    return plan_conversion(conversion, job.truth, job.search, stages)


def _ranges(request: ArtifactRequest, job: ExportJob, stages: Stages) -> tuple[LayerRange, ...]:
    if request.precision != "fp16":
        return ()
    with stages.stage("measure the reference's range"):
        return job.ranges
