"""Quantization plans: which units stay float, and the measurements that say why, as JSON beside the artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from cloformer.model import InputFileError
from cloformer.runtimes.bundle.manifest import Facts

from .bound import Metric

_GIVE = "give a file that cloformer-export --search wrote"


class UnitSensitivity(Facts):
    """What quantizing one unit costs, and what it can gain.

    Attributes:
        unit: its name in the reference.
        damage: the loss if only this unit is quantized: 1 minus the smallest cosine, or points of accuracy.
        milliseconds: its time in float, in ONNX Runtime with one thread: the most that quantizing it can gain.
    """

    unit: str
    damage: float
    milliseconds: float


class QuantizationPlan(Facts):
    """Which units stay float, and why.

    Attributes:
        variant: the network it is for.
        weights_sha256: the weights that it was measured with; another checkpoint may need another plan.
        target: the target whose kernels were assumed.
        metric: what was measured.
        bound: the bound that had to be kept.
        reached: the value that was reached.
        images: how many images it was measured on.
        units: every unit, in the order in which they compute.
        float_units: the units that stay float.
    """

    schema_version: Literal[1] = 1
    variant: str
    weights_sha256: str
    target: str
    metric: Metric
    bound: float
    reached: float
    images: int = Field(gt=0)
    units: tuple[UnitSensitivity, ...]
    float_units: tuple[str, ...]


def read_plan(path: Path, variant: str) -> QuantizationPlan:
    """Read a plan for ``variant``.

    Raises:
        InputFileError: the file cannot be read, is not a plan, or is another variant's.
    """
    try:
        plan = QuantizationPlan.model_validate_json(path.read_text("utf-8"))
    except OSError as error:
        raise InputFileError(f"cannot read the plan {path}: {error.strerror}", _GIVE) from error
    except (ValidationError, UnicodeDecodeError) as error:
        raise InputFileError(f"{path} is not a quantization plan", _GIVE) from error
    if plan.variant != variant:
        raise InputFileError(f"{path} is a plan for CloFormer-{plan.variant}, not for {variant}", _GIVE)
    return plan
