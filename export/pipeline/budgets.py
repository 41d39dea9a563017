"""The fewest pieces in which a backend must run the network: a budget that every export keeps, or fails.

The plain graph breaks into 62 pieces on XNNPACK; a change of a rewrite, of an exporter or of a backend that brings
back even one piece should be noticed on the day it happens, not on a phone.
"""

from __future__ import annotations

from collections import Counter

from cloformer.export.report import DelegationReport
from cloformer.export.request.request import ArtifactRequest
from cloformer.export.target_spec import Budget
from cloformer.model.errors import DelegationError


def check_budget(request: ArtifactRequest, report: DelegationReport | None, outputs: int = 1) -> None:
    """Refuse a conversion, of a network with so many outputs, that breaks into more pieces than its budget allows.

    Files with an open batch size have no budget: no mobile provider accepts them.

    Raises:
        DelegationError: names the number of pieces, the fallbacks to the CPU, or the rank.
    """
    budget = request.target.budgets.get((request.form, request.precision))
    if budget is None or report is None or request.dynamic_batch:
        return
    overruns = _overruns(budget, report, outputs)
    if overruns:
        raise DelegationError(
            f"{request.target.title} {request.precision} exceeds its budget on {report.backend}: {'; '.join(overruns)}",
            "choose the target's own --form, or report a bug if you did",
        )


def _overruns(budget: Budget, report: DelegationReport, outputs: int) -> list[str]:
    overruns = []
    if budget.pieces is not None and report.partitions is not None and report.partitions > budget.pieces:
        overruns.append(f"{report.partitions} pieces instead of {budget.pieces}")
    allowed = Counter(budget.outside)
    allowed.update({name: count * outputs for name, count in budget.outside_each.items()})
    surplus = {name: count for name, count in report.undelegated.items() if count > allowed[name]}
    if surplus:
        overruns.append("fallbacks to the CPU: " + ", ".join(f"{count} {name}" for name, count in surplus.items()))
    if (
        budget.largest_rank is not None
        and report.largest_rank is not None
        and report.largest_rank > budget.largest_rank
    ):
        overruns.append(f"a tensor of rank {report.largest_rank}, above the limit of {budget.largest_rank}")
    return overruns
