"""The command ``cloformer-bench rewrites``: what the mobile form and each of its rewrites gain over a stock export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cloformer.command_line import Output, third_party_noise_aside
from cloformer.export.command.image_size import parse_image_size
from cloformer.export.request.registry import TARGETS
from cloformer.model import UsageError
from cloformer.model.variants import find_variant

_TARGETS = tuple(name for name, spec in TARGETS.items() if spec.cpu_forms)
_FEWEST_ROUNDS = 10


def rewrites_command(
    context: typer.Context,
    variant: Annotated[str, typer.Option(help="Variant: xxs, xs or s.")] = "xxs",
    targets: Annotated[str, typer.Option(help="Targets, separated by commas.")] = ",".join(_TARGETS),
    image_size: Annotated[str, typer.Option(help="Input size as N or HxW, in multiples of 32.")] = "224",
    threads: Annotated[
        list[int] | None, typer.Option(help="Number of CPU threads; may be repeated. Default: 1 and 2.")
    ] = None,
    rounds: Annotated[int, typer.Option(help="Number of samples of each artifact.")] = 150,
    ablation: Annotated[
        bool, typer.Option("--ablation", help="Also measure each form without each of its rewrites (slow).")
    ] = False,
    arm64: Annotated[
        str | None, typer.Option(help="Also count instructions on this emulated core, such as a76.")
    ] = None,
    table: Annotated[Path | None, typer.Option(help="Also write the tables to this Markdown file.")] = None,
    folder: Annotated[Path, typer.Option(help="Folder where artifacts and counts are kept for the next run.")] = Path(
        "exports/rewrites"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks and the exporters' messages.")] = False,
) -> int:
    """Time the stock export of the reference and its mobile forms in one interleaved run, with the same weights."""
    output: Output = context.obj
    output.as_json, output.verbose = as_json, verbose
    find_variant(variant)
    size = parse_image_size(image_size)
    chosen = tuple(dict.fromkeys(targets.split(",")))
    unknown = [name for name in chosen if name not in _TARGETS]
    if unknown:
        raise UsageError(f"forms are not compared for {', '.join(unknown)}", f"choose from {', '.join(_TARGETS)}")
    counts = tuple(threads or (1, 2))
    if min(counts) < 1:
        raise UsageError(f"--threads must be at least 1, not {min(counts)}")
    if rounds < _FEWEST_ROUNDS:
        raise UsageError(
            f"--rounds must be at least {_FEWEST_ROUNDS}, not {rounds}: the median of fewer is meaningless"
        )
    from .measure import Settings, measure_rewrites  # noqa: PLC0415 - imports PyTorch, which takes seconds
    from .table import rewrites_as_markdown, show_rewrites  # noqa: PLC0415

    if arm64:
        from cloformer.benchmarks.arm64.cores import find_core  # noqa: PLC0415
        from cloformer.benchmarks.arm64.installation import find_installation  # noqa: PLC0415

        find_core(arm64)
        find_installation()
    command = " ".join(["cloformer-bench", *sys.argv[1:]])
    settings = Settings(chosen, variant, size, counts, rounds, ablation, arm64, folder, command)

    def tell(what: str) -> None:
        output.stop_if_interrupted()
        if not as_json:
            output.people.print(what)

    with third_party_noise_aside(output):
        report = measure_rewrites(settings, tell)
    if table:
        table.parent.mkdir(parents=True, exist_ok=True)
        table.write_text(rewrites_as_markdown(report), "utf-8")
    if as_json:
        output.print_json(report.model_dump(mode="json"))
    else:
        show_rewrites(report, output)
    return 0
