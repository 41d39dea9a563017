"""``--dry-run``: what would be made, and where each artifact would be compared with the reference."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from cloformer.command_line import Output
from cloformer.export.request.request import ArtifactRequest
from cloformer.model.tasks import CLASSIFICATION
from cloformer.runtimes.registry import find_runtime, why_not_here

from .plan import ExportPlan


def show_plan(plan: ExportPlan, output: Output) -> int:
    """Print what ``plan`` would make; returns the exit code."""
    rows = [
        {
            "target": request.target.name,
            "precision": request.precision,
            "backend": request.backend,
            "form": request.form,
            "file": request.file_name,
            "input": f"{request.batch_size}x3x{request.image_size[0]}x{request.image_size[1]}",
            "parity": _parity_plan(request, plan.parity),
        }
        for request in plan.requests
    ]
    weights = str(plan.checkpoint) if plan.checkpoint else "random (seeded, untrained)"
    if output.as_json:
        document = {
            "variant": plan.variant,
            "task": plan.task,
            "weights": weights,
            "output": str(plan.output),
            "artifacts": rows,
        }
        output.print_json(document)
        return 0
    task = "" if plan.task == CLASSIFICATION else f" for {plan.task}"
    table = Table(title=escape(f"CloFormer-{plan.variant}{task}, weights: {weights}, into {plan.output}/"))
    for column in rows[0]:
        table.add_column(column)
    for row in rows:
        table.add_row(*(str(value or "") for value in row.values()))
    output.people.print(table)
    return 0


def _parity_plan(request: ArtifactRequest, parity: bool) -> str:
    if not parity:
        return "switched off"
    file = Path(request.file_name)
    reason = why_not_here(file, request.backend)
    return f"not run here: {reason}" if reason else f"in {find_runtime(file).title}"
