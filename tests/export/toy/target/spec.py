"""What the toy target declares."""

from __future__ import annotations

from dataclasses import dataclass

from cloformer.export.target_options import TargetOptions, flag
from cloformer.export.target_spec import FOLDS, DefaultForm, TargetSpec


@dataclass(frozen=True)
class ToyOptions(TargetOptions):
    """The options of the toy target."""

    paint: str = flag("red", "The color of the toy.", ("red", "blue"))


SPEC = TargetSpec(
    name="toy",
    title="Toy",
    options=ToyOptions,
    suffix=".toy",
    precisions=("fp32",),
    packages=("torch",),
    forms={"toy-form": FOLDS},
    default_forms=(DefaultForm("toy-form"),),
    cpu_forms={"arm64": "toy-form", "x86": "toy-form"},
)
