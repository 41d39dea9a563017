"""The command ``cloformer-doctor``: what this machine can export, run and measure, and what to install."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cloformer.command_line import Output, run_command
from cloformer.export.command.doctor import Diagnosis, diagnose

from .measurable import MeasurementCheck, check_measurements

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
output = Output()

_MISSING = 3


@app.command()
def doctor_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")] = False,
) -> int:
    """Report for each target what is installed, what can run on this machine, and how to install what is missing.

    Exits with 0 if every target can be exported, and with 3 otherwise.
    """
    output.as_json = as_json
    diagnosis, measurements = diagnose(), check_measurements()
    if as_json:
        output.print_json({**asdict(diagnosis), "measurements": [asdict(each) for each in measurements]})
    else:
        _show(diagnosis)
        _show_measurements(measurements)
    return 0 if all(finding.export is None for finding in diagnosis.findings) else _MISSING


def _show(diagnosis: Diagnosis) -> None:
    table = Table(title=", ".join(f"{name} {value}" for name, value in diagnosis.machine.items()))
    for heading in ("target", "export here", "run here", "packages"):
        table.add_column(heading)
    for finding in diagnosis.findings:
        table.add_row(
            finding.name,
            f"[red]{finding.export}[/]" if finding.export else "[green]yes[/]",
            f"[yellow]no: {finding.run}[/]" if finding.run else f"[green]yes[/], {finding.runtime}",
            ", ".join(f"{name} {version}" for name, version in finding.versions.items()),
        )
    output.people.print(table)
    for finding in diagnosis.findings:
        if finding.fix:
            output.people.print(f"To export {finding.name}: {escape(finding.fix)}", soft_wrap=True)


def _show_measurements(measurements: tuple[MeasurementCheck, ...]) -> None:
    for each in measurements:
        verdict = f"[yellow]no: {escape(each.problem)}[/]" if each.problem else "[green]yes[/]"
        output.people.print(f"{each.name}: {verdict}", soft_wrap=True)
        if each.fix:
            output.people.print(f"To measure them: {escape(each.fix)}", soft_wrap=True)


def main() -> None:
    """Run the command and exit with its code."""
    sys.exit(run_command(app, output))
