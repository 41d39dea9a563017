"""The command ``cloformer-bench``: one subcommand per kind of measurement, each in its own module."""

from __future__ import annotations

import sys

import typer

from cloformer.command_line import Output, run_command

from .accuracy.command import accuracy_command
from .android.command import android_command
from .arm64.command import arm64_command
from .compare.command import compare_command
from .export_time.command import export_time_command
from .host.command import host_command
from .ios.command import ios_command
from .latency_model.command import latency_model_command
from .parity.command import parity_command
from .peers.command import peers_command
from .report.command import report_command
from .rewrites.command import rewrites_command
from .study.command import study_command

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
output = Output()


@app.callback()
def bench(context: typer.Context) -> None:
    """Measure exported artifacts."""
    context.obj = output


app.command("android")(android_command)
app.command("accuracy")(accuracy_command)
app.command("arm64")(arm64_command)
app.command("compare")(compare_command)
app.command("export-time")(export_time_command)
app.command("host")(host_command)
app.command("ios")(ios_command)
app.command("parity")(parity_command)
app.command("peers")(peers_command)
app.command("latency-model")(latency_model_command)
app.command("report")(report_command)
app.command("rewrites")(rewrites_command)
app.command("study")(study_command)


def main() -> None:
    """Run the command and exit with its code."""
    sys.exit(run_command(app, output))
