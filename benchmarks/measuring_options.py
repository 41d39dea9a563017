"""The options that every command for measuring latency has, on this machine and on phones."""

from __future__ import annotations

from typing import Annotated

import typer

Rigorous = Annotated[
    bool, typer.Option("--rigorous", help="MLPerf's single-stream rule: at least 1,024 samples and 60 s a case.")
]
Repeats = Annotated[int | None, typer.Option(min=1, help="Of each case, interleaved with the others.")]
WarmUp = Annotated[int | None, typer.Option(min=1, help="Inferences before each repeat's samples.")]
Samples = Annotated[int | None, typer.Option(min=1, help="Of each repeat.")]
Resume = Annotated[bool, typer.Option("--resume", help="Measure only what the records lack.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Tracebacks.")]
