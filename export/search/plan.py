"""Quantization plans: which units stay float, and the measurements that say why, as JSON beside the artifacts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from pydantic import Field, ValidationError

from cloformer.model import InputFileError, UsageError
from cloformer.runtimes.bundle.manifest import Facts

Metric = Literal["cosine", "accuracy"]

_WANTED = "give cosine=0.999 (the smallest that is allowed) or accuracy=0.5 (points that may be lost)"
_GIVE = "give a file that cloformer-export --search wrote"


@dataclass(frozen=True)
class Bound:
    """The accuracy that a quantized network must keep.

    Attributes:
        metric: ``cosine``, the smallest of any image's logits with the reference's; or ``accuracy``.
        value: the smallest cosine, or the most points of accuracy that may be lost.
    """

    metric: Metric
    value: float


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


def parse_bound(text: str) -> Bound:
    """Read ``cosine=0.999`` or ``accuracy=0.5``.

    Raises:
        UsageError: the text is neither, or no network can keep that value.
    """
    found = re.fullmatch(r"(cosine|accuracy)=([0-9.]+)", text.strip())
    try:
        value = float(found[2]) if found else -1.0
    except ValueError:
        value = -1.0
    if found is None or not 0 < value < (1 if found[1] == "cosine" else 100):
        raise UsageError(f"--search cannot be {text!r}", _WANTED)
    return Bound(cast("Metric", found[1]), value)


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
