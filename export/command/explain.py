"""What ``--explain`` prints: which operators the backend runs, which fall back to the CPU, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cloformer.export.report import DelegationReport


def explain(file: str, delegation: DelegationReport | None) -> list[str]:
    """Return the lines for one artifact."""
    if delegation is None:
        return [f"{file}: the runtime decides on the phone which processor runs what"]
    lines = [f"{file}: {_taken(delegation)}"]
    for name, count in delegation.undelegated.items():
        reason = delegation.reasons.get(name)
        lines.append(f"  on the CPU: {count} {name}" + (f", because {reason}" if reason else ""))
    return lines


def _taken(delegation: DelegationReport) -> str:
    if delegation.partitions is None:
        rank = delegation.largest_rank
        return f"{delegation.backend} decides on the phone which processor runs what; no tensor has a rank above {rank}"
    pieces = "one piece" if delegation.partitions == 1 else f"{delegation.partitions} pieces"
    outside = sum(delegation.undelegated.values())
    left = f"{outside} fall back to the CPU" if outside else "none fall back to the CPU"
    return f"{delegation.backend} runs {delegation.delegated} operators in {pieces}, {left}"
