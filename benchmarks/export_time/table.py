"""The times as Markdown, for the terminal and for docs/."""

from __future__ import annotations

from .report import ExportTimeReport


def export_times_as_markdown(report: ExportTimeReport) -> str:
    """Return what was measured: both ways by target, our stages, and the ratio."""
    height, width = report.image_size
    plain = {each.target: each.cost for each in report.plain}
    precision = report.precision or "each target's own precision"
    lines = [
        f"CloFormer-{report.variant} at {height}x{width}, {precision}, on {report.machine}",
        f"(`{report.command}`).",
        "",
        "| target | libraries alone, s | MiB | this toolkit, s | MiB |",
        "|---|--:|--:|--:|--:|",
    ]
    for own in report.own:
        cost = plain.get(own.target)
        alone = f"{cost.seconds:.1f} | {cost.peak_mb:.0f}" if cost else " | "
        lines.append(f"| {own.target} | {alone} | {own.seconds:.1f} | {own.peak_mb:.0f} |")
    total = sum(cost.seconds for cost in plain.values())
    most = max((cost.peak_mb for cost in plain.values()), default=0)
    whole = f"{total:.1f} | {most:.0f}" if plain else " | "
    ours = f"{report.cost.seconds:.1f} | {report.cost.peak_mb:.0f}"
    lines.append(f"| **whole command**, {report.jobs} at once | {whole} | {ours} |")
    if report.ratio is not None:
        lines += ["", f"Ratio of the whole command, parity included, to the libraries alone: {report.ratio:.2f}."]
    lines += ["", "| target | stage | s |", "|---|---|--:|"]
    for own in report.own:
        lines += [f"| {own.target} | {stage} | {seconds:.1f} |" for stage, seconds in own.stages.items()]
    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    return "\n".join([*lines, "", f"With {versions}.", ""])
