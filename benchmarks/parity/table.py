"""The records as one Markdown table."""

from __future__ import annotations

from collections.abc import Sequence

from .measure import Record

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
"""How many of the columns are words."""


def as_markdown(records: Sequence[Record], image_size: tuple[int, int], tools: dict[str, str]) -> str:
    """Return the document that holds the table."""
    devices = sorted({record.device for record in records if record.device})
    samples = sorted({record.parity.samples for record in records if record.parity.samples})
    substitutes = list(dict.fromkeys(each.parity.substitute for each in records if each.parity.substitute))
    versions = ", ".join(f"{tool} {version}" for tool, version in tools.items())
    lines = [
        "# Parity of every variant, target, precision and runtime",
        "",
        "Made by `cloformer-bench parity`; do not edit. "
        f"{' and '.join(map(str, samples))} photographs and digits at {image_size[0]}x{image_size[1]}, seeded random "
        "weights; the bounds are those of [parity.md](parity.md).",
        "",
        f"Machine: {'; '.join(devices)}. Versions: {versions}.",
        "",
        _row(_HEAD),
        _row(["---"] * _LEFT + ["--:"] * (len(_HEAD) - _LEFT - 1) + ["---"]),
        *(_row(_cells(record, substitutes)) for record in records),
    ]
    if substitutes:
        lines += ["", *(f"({number}) {each}.  " for number, each in enumerate(substitutes, start=1))]
    return "\n".join(lines).rstrip() + "\n"


def _cells(record: Record, substitutes: list[str]) -> list[str]:
    parity = record.parity
    target = f"{record.target}, {record.delegate}" if record.delegate else record.target
    words = [record.variant, target, record.precision, record.runtime + _mark(substitutes, parity.substitute)]
    if parity.not_run:
        return [*words, "", "", "", "", "", f"not run: {parity.not_run}"]
    verdict = "equal" if parity.passed else "**differs**"
    size = "" if record.megabytes is None else f"{record.megabytes:.1f}"
    if parity.max_abs is None:
        return [*words, size, "", "", "", "", f"{verdict}: not finite"]
    psnr = "identical" if parity.psnr_db is None else f"{parity.psnr_db:.1f}"
    agreement = f"{100 * (parity.top1_agreement or 0):.0f} % of {parity.decided}"
    return [*words, size, f"{parity.max_abs:.1e}", f"{parity.cosine:.7f}", psnr, agreement, verdict]


def _mark(substitutes: list[str], substitute: str | None) -> str:
    return f" ({substitutes.index(substitute) + 1})" if substitute else ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
