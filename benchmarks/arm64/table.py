"""The counts as a table in the terminal."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from cloformer.command_line import Output

from .counts import InstructionCounts
from .operators import OperatorCounts
from .report import MEANING, Arm64Report, EmulatedInference

TITLES = {
    "total": "instructions",
    "loads": "  loads",
    "stores": "  stores",
    "branches": "  branches",
    "integer_alu": "  integer",
    "simd_fp": "  SIMD and FP",
    "sve": "  SVE",
    "sme": "  SME",
    "fp32_fma_lanes": "fp32 multiply-adds",
    "fp16_fma_lanes": "fp16 multiply-adds",
    "dot": "dot products",
    "mmla": "matrix products",
    "load_bytes": "bytes loaded",
    "store_bytes": "bytes stored",
}
"""Titles of the counters, in the order in which they are shown."""


def show_counts(report: Arm64Report, output: Output) -> None:
    """Print one column per artifact and core, in millions; the JSON document has exact numbers."""
    if not report.inferences:
        return
    table = Table(title=f"{MEANING}; millions; {report.emulator}")
    table.add_column("")
    for each in report.inferences:
        table.add_column(f"{escape(each.artifact.rpartition('/')[2])}\n{each.core.name}", justify="right")
    for field, title in TITLES.items():
        values = [getattr(each.instructions, field) for each in report.inferences]
        if any(values):
            table.add_row(title, *(f"{value / 1e6:.2f}" for value in values))
    table.add_section()
    table.add_row("compared with this machine", *map(_verdict, report.inferences))
    output.people.print(table)
    for each in report.inferences:
        if each.operators is not None and each.profiled_total is not None:
            _show_operators(each, each.operators, each.profiled_total, output)


def _show_operators(
    inference: EmulatedInference, operators: tuple[OperatorCounts, ...], profiled_total: int, output: Output
) -> None:
    """Print the operators of one run by kind, those with the most instructions first."""
    name = inference.artifact.rpartition("/")[2]
    table = Table(title=f"{escape(name)} on {inference.core.name} by operator; millions of instructions")
    for heading in ("operator", "times", "instructions", "share", "fp32 multiply-adds"):
        table.add_column(heading, justify="left" if heading == "operator" else "right")
    kinds: dict[str, list[InstructionCounts]] = {}
    for operator in operators:
        kinds.setdefault(operator.kind, []).append(operator.instructions)
    everything = sum(each.instructions.total for each in operators)
    for kind, counts in sorted(kinds.items(), key=lambda item: -sum(each.total for each in item[1])):
        total, lanes = (sum(getattr(each, field) for each in counts) for field in ("total", "fp32_fma_lanes"))
        row = (f"{total / 1e6:.2f}", f"{100 * total / everything:.1f} %", f"{lanes / 1e6:.2f}")
        table.add_row(escape(kind), str(len(counts)), *row)
    output.people.print(table)
    added = (profiled_total - inference.instructions.total) / len(operators)
    output.people.print(f"The profile itself adds about {added / 1e3:.0f} thousand instructions per operator.")


def _verdict(inference: EmulatedInference) -> str:
    parity = inference.parity
    word = "[green]equal[/]" if parity.passed else "[red]differs[/]"
    return f"{word}, {parity.max_abs:.1e}"
