"""Options shared by all commands that measure latency, on this machine and on phones."""

from __future__ import annotations

from typing import Annotated

import typer

Rigorous = Annotated[
    bool,
    typer.Option("--rigorous", help="Follow MLPerf's single-stream rule: at least 1,024 samples and 60 s per case."),
]
Repeats = Annotated[
    int | None, typer.Option(min=1, help="Number of repeats of each case, in turn with the other cases.")
]
WarmUp = Annotated[int | None, typer.Option(min=1, help="Number of inferences before each repeat's samples.")]
Samples = Annotated[int | None, typer.Option(min=1, help="Number of samples in each repeat.")]
Resume = Annotated[bool, typer.Option("--resume", help="Measure only what is missing from the records.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show tracebacks.")]
