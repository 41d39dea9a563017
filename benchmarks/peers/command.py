"""The command ``cloformer-bench peers``: artifacts of the networks that CloFormer is compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cloformer.command_line import Output, third_party_noise_aside
from cloformer.export.request.registry import TARGETS
from cloformer.model import UsageError

from .networks import DEFAULT_PEERS, TIMM_NAMES, check_timm, find_peer
from .published import PUBLISHED

_FAILED = 5
_TARGETS = tuple(name for name, spec in TARGETS.items() if spec.cpu_forms)
_PRECISIONS = ("fp32", "int8")


def peers_command(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(help='Peers, such as "RepViT M1.1" or repvit_m1_1. Default: 16 peers.')
    ] = None,
    targets: Annotated[str, typer.Option(help="Targets, separated by commas.")] = ",".join(_TARGETS),
    precisions: Annotated[str, typer.Option(help="Precisions, separated by commas.")] = ",".join(_PRECISIONS),
    output_folder: Annotated[
        Path, typer.Option("--output", help="Folder for the peers, with one subfolder per peer.")
    ] = Path("exports/peers"),
    show_list: Annotated[
        bool, typer.Option("--list", help="List the peers with their published numbers, and stop.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks and the exporters' messages.")] = False,
) -> int:
    """Export peers of CloFormer from timm, with random weights. Existing artifacts are not exported again.

    Exit codes: 0 done, 1 a bug in this toolkit, 2 wrong usage, 3 timm is missing, 5 a conversion failed,
    130 interrupted.
    """
    output: Output = context.obj
    output.as_json, output.verbose = as_json, verbose
    if show_list:
        _list(output)
        return 0
    peers = [find_peer(name) for name in names or DEFAULT_PEERS]
    chosen, kinds = _choose(targets, _TARGETS), _choose(precisions, _PRECISIONS)
    check_timm()

    def tell(what: str) -> None:
        output.stop_if_interrupted()
        output.people.print(escape(what), soft_wrap=True)

    with third_party_noise_aside(output):
        from .make import make_peers  # noqa: PLC0415 - imports PyTorch, which takes seconds

        made = make_peers(peers, chosen, kinds, output_folder, tell)
    if as_json:
        output.print_json(
            [{"peer": each.peer.name, "folder": str(each.folder), "failures": each.failures} for each in made]
        )
    else:
        output.people.print(f"Measure them: cloformer-bench host {output_folder}/*", soft_wrap=True)
    return _FAILED if any(each.failures for each in made) else 0


def _choose(asked: str, known: tuple[str, ...]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(asked.split(",")))
    unknown = [each for each in chosen if each not in known]
    if unknown:
        raise UsageError(f"peers are not exported to {', '.join(unknown)}", f"choose from {', '.join(known)}")
    return chosen


def _list(output: Output) -> None:
    rows = [
        {
            "name": row.name,
            "timm": TIMM_NAMES.get(row.name),
            "image_size": row.size,
            "published_top1": row.top1,
            "source": row.source,
        }
        for row in PUBLISHED
    ]
    if output.as_json:
        output.print_json(rows)
        return
    for row in rows:
        library = row["timm"] or "in no library; only published numbers"
        output.people.print(escape(f"{row['name']}, {row['image_size']}: {library}"), soft_wrap=True)
