"""The results as a table, in the terminal and as Markdown."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from .run import Row

_COLUMNS = ("model", "target", "precision", "runtime", "MB", "top-1", "95 %", "top-5", "agrees", "images")


def accuracy_table(rows: list[Row]) -> Table:
    """Return a table for the terminal."""
    table = Table(title="accuracy")
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column in _COLUMNS[:4] else "right")
    for row in rows:
        table.add_row(*map(escape, _cells(row)))
    return table


def accuracy_as_markdown(rows: list[Row], images: Path) -> str:
    """Return a document with the table, and notes on what replaced a phone's runtime."""
    substitutes = list(dict.fromkeys(row.runtime.substitute for row in rows if row.runtime.substitute))
    lines = [
        "# Accuracy",
        "",
        f"Made by `cloformer-bench accuracy ... --images {images.name}`; do not edit. *95 %* is Wilson's interval of "
        "top-1; *agrees* is the share of images for which the PyTorch reference predicts the same class.",
        "",
        f"| {' | '.join(_COLUMNS)} |",
        f"|{'---|' * len(_COLUMNS)}",
    ]
    for row in rows:
        note = f" ({substitutes.index(row.runtime.substitute) + 1})" if row.runtime.substitute else ""
        cells = _cells(row)
        lines.append(f"| {' | '.join([*cells[:3], cells[3] + note, *cells[4:]])} |")
    lines += ["", *(f"({number}) {text}.  " for number, text in enumerate(substitutes, start=1))]
    return "\n".join(lines).rstrip() + "\n"


def _cells(row: Row) -> list[str]:
    found = row.accuracy
    return [
        row.model,
        row.target,
        row.precision,
        f"{row.runtime.runtime} {row.runtime.version}",
        f"{row.bytes / 1e6:.1f}",
        f"{100 * found.top1:.2f} %",
        f"{100 * found.low:.1f} - {100 * found.high:.1f}",
        f"{100 * found.top5:.2f} %",
        "" if found.agreement is None else f"{100 * found.agreement:.2f} %",
        str(found.images),
    ]
