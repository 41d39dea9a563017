"""What the fragile target declares."""

from __future__ import annotations

from cloformer.export.target_options import TargetOptions
from cloformer.export.target_spec import DefaultForm, TargetSpec

SPEC = TargetSpec(
    name="fragile",
    title="Fragile",
    options=TargetOptions,
    suffix=".fragile",
    precisions=("fp32",),
    packages=("torch",),
    default_forms=(DefaultForm("reference"),),
)
