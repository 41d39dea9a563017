"""A plan as a picture: every unit's damage and time, and which of them stay float."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from .plan import QuantizationPlan

_EIGHT_BIT, _FLOAT = "#2a78b8", "#c9541c"
_NAMES = {"cosine": "1 - smallest cosine", "accuracy": "points of accuracy lost"}


def draw_plan(plan: QuantizationPlan, path: Path) -> None:
    """Draw ``plan`` into a PNG with a row for each unit: its damage on the left, its float time on the right."""
    names = [sensitivity.unit for sensitivity in plan.units]
    colors = [_FLOAT if name in plan.float_units else _EIGHT_BIT for name in names]
    figure = Figure(figsize=(10, 1.2 + 0.24 * len(names)), layout="constrained")
    damage, time = figure.subplots(1, 2, sharey=True)
    damage.barh(names, [max(each.damage, 0.0) for each in plan.units], color=colors)
    damage.set_xlabel(f"{_NAMES[plan.metric]}, only this unit in 8 bits")
    time.barh(names, [each.milliseconds for each in plan.units], color=colors)
    time.set_xlabel("ms in float (ONNX Runtime, one thread, here)")
    damage.invert_yaxis()
    kept = f"{len(plan.float_units)} of {len(names)} units stay float" if plan.float_units else "no unit stays float"
    figure.suptitle(
        f"CloFormer-{plan.variant}, int8 for {plan.target}: {kept} (orange); "
        f"{plan.metric} {plan.reached:.4g}, bound {plan.bound:g}"
    )
    for axis in (damage, time):
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(axis="x", alpha=0.3)
    figure.savefig(path, dpi=120)
