"""What a backend must take of the network: a budget for each target, which every export keeps or fails by.

The plain graph breaks into 62 pieces on XNNPACK; a change of a rewrite, of an exporter or of a backend that brings
back even one piece should be noticed on the day it happens, not on a phone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cloformer.model.errors import DelegationError

from .report import DelegationReport
from .request import Request


@dataclass(frozen=True)
class Budget:
    """The most that a target may break into.

    Attributes:
        pieces: delegated parts; None where only the phone's system knows.
        outside: operators that may stay outside, by name.
        outside_each: the same, for each output of the network.
        largest_rank: of any tensor; None where the backend does not mind.
    """

    pieces: int | None = 1
    outside: Mapping[str, int] = field(default_factory=dict)
    outside_each: Mapping[str, int] = field(default_factory=dict)
    largest_rank: int | None = None


_WHOLE = Budget()
_BUT_THE_ENDS = Budget(outside={"QuantizeLinear": 1}, outside_each={"DequantizeLinear": 1})
"""An app gives and gets float32: the CPU quantises the image and dequantises the outputs."""
_CAST = "dim_order_ops__to_dim_order_copy_default"
_BUT_THE_CASTS = Budget(pieces=2, outside={_CAST: 1}, outside_each={_CAST: 1})
"""The same in fp16, which ExecuTorch's own kernels cast to and from: the normalisation, in float32, and the network."""
_RANK_4 = Budget(pieces=None, largest_rank=4)

BUDGETS: Mapping[tuple[str, str], Budget] = MappingProxyType(
    {
        ("xnnpack", "fp32"): _WHOLE,
        ("xnnpack", "int8"): _WHOLE,
        ("xnnpack-fp16", "fp16"): _BUT_THE_CASTS,
        ("onnx-provider", "fp32"): _WHOLE,
        ("onnx-provider", "fp16"): _WHOLE,
        ("neural-engine", "fp32"): _RANK_4,  # Core ML takes larger ones away from the Neural Engine
        ("neural-engine", "fp16"): _RANK_4,
        ("htp-quantised", "a16w8"): _BUT_THE_ENDS,
        ("htp-quantised", "int8"): _BUT_THE_ENDS,
        ("htp-float", "fp16"): _WHOLE,
    }
)
"""By form and precision: a form exists so that a backend takes it whole. What is not here is reported, not judged."""


def check_budget(request: Request, report: DelegationReport | None, outputs: int = 1) -> None:
    """Refuse a conversion, of a network with so many outputs, that its backend takes less whole than the budget says.

    ONNX files of open batch size have none: no mobile provider takes them.

    Raises:
        DelegationError: names the pieces, the operators left outside, or the rank.
    """
    budget = BUDGETS.get((request.form, request.precision))
    if budget is None or report is None or request.dynamic_batch:
        return
    overruns = _overruns(budget, report, outputs)
    if overruns:
        raise DelegationError(
            f"{report.backend} takes {request.target.title} {request.precision} less whole than its budget: "
            f"{'; '.join(overruns)}",
            "choose the target's own --form, or report a bug if you did",
        )


def _overruns(budget: Budget, report: DelegationReport, outputs: int) -> list[str]:
    overruns = []
    if budget.pieces is not None and report.partitions is not None and report.partitions > budget.pieces:
        overruns.append(f"{report.partitions} pieces in place of {budget.pieces}")
    allowed = Counter(budget.outside)
    allowed.update({name: count * outputs for name, count in budget.outside_each.items()})
    surplus = {name: count for name, count in report.undelegated.items() if count > allowed[name]}
    if surplus:
        overruns.append("outside are " + ", ".join(f"{count} {name}" for name, count in surplus.items()))
    if (
        budget.largest_rank is not None
        and report.largest_rank is not None
        and report.largest_rank > budget.largest_rank
    ):
        overruns.append(f"a tensor of rank {report.largest_rank} where {budget.largest_rank} is the most")
    return overruns
