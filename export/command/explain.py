"""What ``--explain`` prints: what the backend takes of an artifact, what it leaves, and why."""

from __future__ import annotations

from cloformer.export.report import DelegationReport


def explain(file: str, delegation: DelegationReport | None) -> list[str]:
    """Return the lines for one artifact."""
    if delegation is None:
        return [f"{file}: its runtime decides on the phone what goes where"]
    lines = [f"{file}: {_taken(delegation)}"]
    for name, count in delegation.undelegated.items():
        reason = delegation.reasons.get(name)
        lines.append(f"  outside: {count} {name}" + (f", because {reason}" if reason else ""))
    return lines


def _taken(delegation: DelegationReport) -> str:
    if delegation.partitions is None:
        rank = delegation.largest_rank
        return f"{delegation.backend} decides on the phone what goes where; no tensor is above rank {rank}"
    pieces = "one piece" if delegation.partitions == 1 else f"{delegation.partitions} pieces"
    outside = sum(delegation.undelegated.values())
    left = f"{outside} left outside" if outside else "nothing left outside"
    return f"{delegation.backend} takes {delegation.delegated} operators in {pieces}, {left}"
