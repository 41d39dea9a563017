"""Charts as SVG in the page's own colors, so that the same drawing works in light and dark mode."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

from .correlation import correlate
from .settings import Entry, Setting
from .spectra import BranchSpectra

_INK = "#010203"
"""Placeholder for the page's text color until the drawing is finished."""

_OWN, _PEER = "#d55e00", "#0072b2"
"""Two colors of Okabe and Ito's palette that stand out from both white and black."""

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "cloformer",  # the same records make the same page
    "font.size": 10,
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), _INK),
}
_INCHES = (4.8, 3.8)
"""Size of a drawing: about the width of a phone, so that its text stays readable there."""


def accuracy_against_latency(setting: Setting) -> str | None:
    """Draw published accuracy over measured latency; return None if fewer than two networks have both."""
    points = [(entry, entry.milliseconds, entry.top1) for entry in setting.mobile if entry.top1 is not None]
    if len(points) < 2:
        return None
    with mpl.rc_context(_STYLE):
        figure, axes = _figure()
        for entry, milliseconds, top1 in points:
            _point(axes, entry, milliseconds, top1)
        _logarithmic(axes, "x")
        axes.set_xlabel("ms, median; measured")
        axes.set_ylabel("top-1 in %, published")
        return _as_svg(figure, f"Accuracy against latency, {setting.title}")


def latency_against_multiply_adds(setting: Setting) -> str | None:
    """Draw latency over multiply-adds with their rank correlation; return None if fewer than two networks have both."""
    points = [(entry, entry.multiply_adds, entry.milliseconds) for entry in setting.mobile if entry.multiply_adds]
    if len(points) < 2:
        return None
    found = correlate(setting)
    with mpl.rc_context(_STYLE):
        figure, axes = _figure()
        for entry, multiply_adds, milliseconds in points:
            _point(axes, entry, multiply_adds, milliseconds)
        _logarithmic(axes, "x")
        _logarithmic(axes, "y")
        axes.set_xlabel("billion multiply-adds" + (f"; rank correlation {found.rho:.2f}" if found else ""))
        axes.set_ylabel("ms, median")
        return _as_svg(figure, f"Latency against multiply-adds, {setting.title}")


def draw_branch_spectra(spectra: Sequence[BranchSpectra]) -> str:
    """Draw the spectra of both branches, with one panel per stage."""
    stages = sorted({each.stage for each in spectra})
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=_INCHES, layout="constrained")
        panels = figure.subplots(1, len(stages), sharey=True, squeeze=False)[0]
        for axes, stage in zip(panels, stages, strict=True):
            for each in (each for each in spectra if each.stage == stage):
                axes.plot(each.frequency, each.local, color=_OWN, label="local")
                axes.plot(each.frequency, each.pooled, color=_PEER, linestyle="--", label="global")
            axes.set_title(f"stage {stage}", fontsize=10)
            axes.set_xlabel("frequency / π")
            axes.patch.set_alpha(0)
        panels[0].set_ylabel("log amplitude, relative")
        handles, labels = panels[0].get_legend_handles_labels()
        unique = dict(zip(labels, handles, strict=True))
        figure.legend(unique.values(), unique.keys(), loc="outside upper center", ncols=2, frameon=False)
        return _as_svg(figure, "Relative log-amplitude spectra of the local and the global branch")


def _figure() -> tuple[Figure, Axes]:
    figure = Figure(figsize=_INCHES, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.patch.set_alpha(0)
    axes.margins(0.2, 0.12)
    return figure, axes


def _point(axes: Axes, entry: Entry, x: float, y: float) -> None:
    own = entry.is_cloformer
    axes.plot([x], [y], marker="D" if own else "o", color=_OWN if own else _PEER, markersize=6)
    axes.annotate(entry.name, (x, y), (4, 3), textcoords="offset points", fontsize=8, weight="bold" if own else None)


def _logarithmic(axes: Axes, which: str) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(ScalarFormatter())
    axis.set_minor_formatter(NullFormatter())


def _as_svg(figure: Figure, title: str) -> str:
    """Return the drawing as an element of a page, with a label for screen readers."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    # A page contains several drawings, whose ids must be unique.
    prefix = re.sub(r"\W+", "-", title.lower())
    svg = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{prefix}-", svg)
    svg = re.sub(r'<svg [^>]*viewBox="([^"]+)"[^>]*>', r'<svg viewBox="\1" role="img" aria-label="@">', svg, count=1)
    return svg.replace('aria-label="@"', f'aria-label="{title}"', 1)
