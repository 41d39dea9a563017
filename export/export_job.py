"""What the exports of one model share, and what each of them needs before it is converted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cloformer.model import Preprocessing, WeightsInfo, preprocessing_for
from cloformer.model.network import Network
from cloformer.runtimes.network_facts import model_facts

from .conversion import Conversion
from .fp16_preflight import measure_ranges
from .quantization.calibration import Calibration, CalibrationLoader, reference_calibration
from .quantization.plan import Bound
from .reference_run import ReferenceRun
from .registry import QUANTISED
from .report import LayerRange
from .request import Request
from .stages import Stages


@dataclass(frozen=True)
class ExportJob:
    """What the exports of one model at one size share.

    Attributes:
        model: the reference, in float32 and evaluation mode.
        truth: what it computes for the reference images.
        labels: class names in the order of the logits.
        weights: how the weights are named.
        output: where bundles go.
        parity: whether to compare with the reference.
        load_calibration: reads the images that quantisers learn from.
        search: the bound to search a quantisation plan for; None to take ``float_units``.
        float_units: what int8 artifacts leave float.
    """

    model: Network
    truth: ReferenceRun
    labels: tuple[str, ...]
    weights: WeightsInfo
    output: Path
    parity: bool
    load_calibration: CalibrationLoader = reference_calibration
    search: Bound | None = None
    float_units: tuple[str, ...] = ()

    @cached_property
    def calibration(self) -> Calibration:
        """What quantisers learn from."""
        return self.load_calibration(self.preprocessing)

    @property
    def preprocessing(self) -> Preprocessing:
        """The contract for the model's input."""
        height, width = self.truth.images.shape[2:]
        return preprocessing_for(height, width, self.model.config.task)

    @cached_property
    def ranges(self) -> tuple[LayerRange, ...]:
        """How far each layer of the model reaches on the reference images."""
        return measure_ranges(self.model, self.truth.normalized)


def prepare(request: Request, job: ExportJob, path: Path, stages: Stages) -> Conversion:
    """Return the conversion into ``path`` that ``request`` asks for, with what its precision needs measured or read."""
    conversion = Conversion(
        job.model,
        model_facts(job.model, job.weights),
        job.preprocessing,
        job.labels,
        request,
        path,
        ranges=_ranges(request, job, stages),
        calibration=_calibration(request, job, stages),
        float_units=job.float_units if request.precision == "int8" else (),
    )
    if job.search is None or request.precision != "int8":
        return conversion
    from .quantization.planning import plan_conversion  # noqa: PLC0415 - a search is rare, and needs matplotlib

    return plan_conversion(conversion, job.truth, job.search, stages)


def _ranges(request: Request, job: ExportJob, stages: Stages) -> tuple[LayerRange, ...]:
    if request.precision != "fp16":
        return ()
    with stages.stage("measure the reference's range"):
        return job.ranges


def _calibration(request: Request, job: ExportJob, stages: Stages) -> Calibration | None:
    if request.precision not in QUANTISED:
        return None
    with stages.stage("read the calibration images"):
        return job.calibration
