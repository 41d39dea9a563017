"""What the Core AI target declares. It has no options: there is one system version that an asset can be for."""

from __future__ import annotations

from cloformer.export.target_options import TargetOptions
from cloformer.export.target_spec import FOLDS, DefaultForm, TargetSpec

SPEC = TargetSpec(
    name="coreai",
    title="Core AI",
    options=TargetOptions,
    suffix=".aimodel",
    precisions=("fp16", "fp32", "w8", "w6", "w4"),  # as for Core ML
    packages=("torch", "coreai_torch", "coreai_opt"),
    forms={"core-ai": (*FOLDS, "separate_branches", "attend_down_columns", "strip_group_norms")},
    default_forms=(DefaultForm("core-ai"),),
    extra="coreai",
)
