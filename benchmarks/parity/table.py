"""The records as one Markdown table."""

from __future__ import annotations

from collections.abc import Sequence

from cloformer.export.report import DelegationReport, ParityReport
from cloformer.model.tasks import CLASSIFICATION

from .measure import CellRecord

_HEAD = (
    "variant",
    "target",
    "precision",
    "runtime",
    "MB",
    "max-abs",
    "cosine",
    "PSNR dB",
    "top-1",
    "",
)
_LEFT = 4
"""Number of columns that contain words."""

_DENSE_HEAD = ("boxes, masks", "pieces, and operators outside them")
"""Additional columns if there are records of dense tasks."""


def parity_as_markdown(
    records: Sequence[CellRecord], image_size: tuple[int, int], tools: dict[str, str], command: str
) -> str:
    """Return the document with the table; ``command`` is the command line that it names."""
    devices = sorted({record.device for record in records if record.device})
    samples = sorted({record.parity.samples for record in records if record.parity.samples})
    substitutes = list(dict.fromkeys(each.parity.substitute for each in records if each.parity.substitute))
    versions = ", ".join(f"{tool} {version}" for tool, version in tools.items())
    is_dense = any(record.task != CLASSIFICATION for record in records)
    head = (*_HEAD[:-1], *(_DENSE_HEAD if is_dense else ()), _HEAD[-1])
    lines = [
        "# Parity of every variant, target, precision and runtime",
        "",
        f"Made by `{command}`; do not edit. "
        f"{' and '.join(map(str, samples))} photographs and digits at {image_size[0]}x{image_size[1]}, seeded random "
        "weights; the bounds are those of [parity.md](parity.md).",
        "",
        f"Machine: {'; '.join(devices)}. Versions: {versions}.",
        "",
        _row(head),
        _row(["---"] * _LEFT + ["--:"] * (len(_HEAD) - _LEFT - 1) + ["---"] * (len(head) - len(_HEAD) + 1)),
        *(_row(_cells(record, substitutes, is_dense=is_dense)) for record in records),
    ]
    if substitutes:
        lines += ["", *(f"({number}) {each}.  " for number, each in enumerate(substitutes, start=1))]
    return "\n".join(lines).rstrip() + "\n"


def _cells(record: CellRecord, substitutes: list[str], *, is_dense: bool) -> list[str]:
    parity = record.parity
    target = f"{record.target}, {record.delegate}" if record.delegate else record.target
    network = record.variant if record.task == CLASSIFICATION else f"{record.variant} {record.task}"
    words = [network, target, record.precision, record.runtime + _mark(substitutes, parity.substitute)]
    further = [_meaning(parity), _pieces(record.delegation)] if is_dense else []
    empty = [""] * len(further)
    if parity.not_run:
        return [*words, "", "", "", "", "", *empty, f"not run: {parity.not_run}"]
    verdict = "equal" if parity.passed else "**differs**"
    size = "" if record.megabytes is None else f"{record.megabytes:.1f}"
    if parity.max_abs is None:
        return [*words, size, "", "", "", "", *empty, f"{verdict}: not finite"]
    psnr = "identical" if parity.psnr_db is None else f"{parity.psnr_db:.1f}"
    agreement = f"{100 * (parity.top1_agreement or 0):.0f} % of {parity.decided}" if parity.decided else ""
    return [*words, size, f"{parity.max_abs:.1e}", f"{parity.cosine:.7f}", psnr, agreement, *further, verdict]


def _meaning(parity: ParityReport) -> str:
    if parity.boxes:
        found = parity.boxes
        return f"{found.boxes} boxes: IoU >= {found.smallest_iou:.4f}, scores within {found.largest_score_error:.1e}"
    return "" if parity.mask_miou is None else f"mIoU {100 * parity.mask_miou:.2f} %"


def _pieces(delegation: DelegationReport | None) -> str:
    if delegation is None or delegation.partitions is None:
        return ""
    outside = ", ".join(f"{count} {name}" for name, count in delegation.undelegated.items())
    return f"{delegation.partitions}, {outside or 'nothing'}"


def _mark(substitutes: list[str], substitute: str | None) -> str:
    return f" ({substitutes.index(substitute) + 1})" if substitute else ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
