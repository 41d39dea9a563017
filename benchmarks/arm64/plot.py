"""Plotting the counts as stacked bars."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from cloformer.model import UsageError
from cloformer.whole_file import written_whole

from .counts import CLASSES
from .report import MEANING, Arm64Report, EmulatedInference
from .table import TITLES

_COLORS = dict(zip(CLASSES, ("#0072b2", "#56b4e9", "#999999", "#e69f00", "#009e73", "#cc79a7", "#d55e00"), strict=True))
"""Colors by class, from Okabe and Ito's palette, which color-blind people can distinguish."""

_BAR_INCHES = 0.45
_MARGIN_INCHES = 1.6


def check_plot_path(path: Path) -> None:
    """Check the path of the plot before anything runs.

    Raises:
        UsageError: the suffix is not .png, or the folder does not exist.
    """
    if path.suffix.lower() != ".png":
        raise UsageError(f"a plot must be a PNG file, not {path.name}", f"give --plot {path.with_suffix('.png')}")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent} for the plot", "create it first")


def draw_counts(report: Arm64Report, path: Path) -> None:
    """Plot one bar per artifact and core, divided into the classes, in millions of instructions."""
    bars = report.inferences
    figure = Figure(figsize=(10, _MARGIN_INCHES + _BAR_INCHES * len(bars)), layout="constrained")
    axes = figure.add_subplot()
    left = [0.0] * len(bars)
    for name in CLASSES:
        millions = [getattr(bar.instructions, name) / 1e6 for bar in bars]
        if any(millions):
            axes.barh(range(len(bars)), millions, left=left, color=_COLORS[name], label=TITLES[name].strip())
            left = [before + value for before, value in zip(left, millions, strict=True)]
    for row, total in enumerate(left):
        axes.text(total, row, f" {total:.0f}", va="center")
    axes.set_yticks(range(len(bars)), [_label(bar) for bar in bars])
    axes.invert_yaxis()
    axes.set_xlim(right=1.08 * max(left))
    axes.set_xlabel(f"millions of {MEANING}", fontsize="small")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=len(CLASSES), frameon=False)
    with written_whole(path) as unfinished:
        figure.savefig(unfinished, dpi=150, format="png")


def _label(bar: EmulatedInference) -> str:
    return f"{Path(bar.artifact).name}\n{bar.core.title}"
