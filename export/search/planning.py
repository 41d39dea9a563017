"""Searching a plan for one conversion, and saving it in the bundle."""

from __future__ import annotations

from dataclasses import replace

from cloformer.export.conversion import Conversion
from cloformer.export.reference.run import ReferenceRun
from cloformer.export.stages import Stages

from .bound import Bound
from .plot import draw_plan
from .search import search_plan


def plan_conversion(conversion: Conversion, truth: ReferenceRun, bound: Bound, stages: Stages) -> Conversion:
    """Search a plan, write it and its picture beside the artifact, and return the conversion that follows it."""
    with stages.stage("search for what must stay float"):
        plan = search_plan(conversion, truth, bound, stages.progress)
    name = conversion.path.parent / f"quantization_{conversion.request.target.name}"
    name.with_suffix(".json").write_text(plan.model_dump_json(indent=2) + "\n", "utf-8")
    draw_plan(plan, name.with_suffix(".png"))
    return replace(conversion, float_units=plan.float_units)
