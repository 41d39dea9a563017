"""The comparison as tables, in the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from cloformer.command_line import Output

from .cases import STOCK
from .report import CaseResult, RewritesReport

_HEADINGS = (
    "case",
    "ms, median",
    "p90",
    "times faster",
    "of matrix product",
    "MB",
    "peak MB",
    "ARM64, million",
    "of stock",
)
_CLASSES = {
    "loads": "loads",
    "stores": "stores",
    "branches": "branches",
    "integer_alu": "integer",
    "simd_fp": "SIMD and FP",
    "fp32_fma_lanes": "multiply-adds in them",
}


def show_rewrites(report: RewritesReport, output: Output) -> None:
    """Print one table for each target and thread count."""
    for title, results in _groups(report):
        table = Table(title=escape(title))
        for heading in _HEADINGS:
            table.add_column(heading, justify="left" if heading == "case" else "right")
        for row in _rows(results):
            table.add_row(*map(escape, row))
        output.people.print(table)


def rewrites_as_markdown(report: RewritesReport) -> str:
    """Return the page: the machine and versions, the comparisons, and a profile by kind of operator."""
    height, width = report.image_size
    rates = ", ".join(f"{rate:.1f} at {threads}" for threads, rate in report.matrix_product_gmacs.items())
    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    lines = [
        f"### CloFormer-{report.variant} at {height}x{width}, fp32",
        "",
        f"{report.machine}; {versions}. {report.multiply_adds / 1e6:.1f} million multiply-adds; the machine's own",
        f"matrix product (1024^3, float32, PyTorch) reaches {rates} threads, in billions per second. Samples are",
        'interleaved; "times faster" is the median ratio within a round, plus or minus half the interquartile range.',
        "",
    ]
    for title, results in _groups(report):
        lines += [f"**{title}**", "", *_markdown_table(_HEADINGS, _rows(results)), ""]
    if report.arm64_core:
        lines += _class_lines(report)
    if report.operators:
        lines += _operator_lines(report)
    return "\n".join([*lines, f"Made by `{report.command}`.", ""])


def _groups(report: RewritesReport) -> list[tuple[str, list[CaseResult]]]:
    keys = dict.fromkeys((result.target, result.threads) for result in report.cases)
    return [
        (
            f"{target}, threads: {threads}",
            [result for result in report.cases if (result.target, result.threads) == (target, threads)],
        )
        for target, threads in keys
    ]


def _rows(results: list[CaseResult]) -> list[list[str]]:
    stock = next(result for result in results if result.name == STOCK)
    return [
        [
            result.name,
            f"{result.milliseconds.median:.2f}",
            f"{result.milliseconds.p90:.2f}",
            f"{result.speedup.median:.2f} ± {result.speedup.iqr / 2:.2f}",
            f"{100 * result.matrix_product_share:.0f} %",
            f"{result.bytes / 1e6:.2f}",
            f"{result.peak_memory_mb:.0f}",
            f"{result.arm64.total / 1e6:.1f}" if result.arm64 else "",
            f"{result.arm64.total / stock.arm64.total:.3f}" if result.arm64 and stock.arm64 else "",
        ]
        for result in results
    ]


def _class_lines(report: RewritesReport) -> list[str]:
    """Return the lines of the table of instructions by class, without the ablations."""
    found = {(each.target, each.name): each for each in report.cases if each.arm64 and " without " not in each.name}
    rows = [
        [
            f"{target}: {name}",
            f"{counts.total / 1e6:.1f}",
            *(f"{getattr(counts, field) / 1e6:.1f}" for field in _CLASSES),
        ]
        for (target, name), each in found.items()
        if (counts := each.arm64)
    ]
    floor = report.multiply_adds / 4e6
    return [
        f"**Instructions of one inference on an emulated {report.arm64_core}, one thread, in millions; not a latency**",
        "",
        f"The minimum is {floor:.0f}: the multiply-adds at four per instruction.",
        "",
        *_markdown_table(("artifact", "all", *_CLASSES.values()), rows),
        "",
    ]


def _operator_lines(report: RewritesReport) -> list[str]:
    rows = [
        [
            each.kind,
            str(each.count),
            f"{each.milliseconds:.2f}",
            f"{100 * each.share:.1f} %",
            f"{each.multiply_adds / 1e6:.1f}" if each.multiply_adds else "",
            f"{each.gmacs_per_second:.1f}" if each.gmacs_per_second else "",
        ]
        for each in report.operators
    ]
    headings = ("operator", "count", "ms", "share", "million multiply-adds", "billion per second")
    return ["**The fastest ONNX file, by kind of operator, one thread**", "", *_markdown_table(headings, rows), ""]


def _markdown_table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    titles = list(headings)
    lines = ["| " + " | ".join(titles) + " |", "|---" + "|---:" * (len(titles) - 1) + "|"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]
