"""The command ``cloformer-bench study``: CloFormer and its peers on this machine, from exports to the page."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cloformer.benchmarks.devices.command_options import tell, this_tool
from cloformer.benchmarks.host.command import thread_counts
from cloformer.benchmarks.host.protocols import DEFAULT, customize
from cloformer.benchmarks.measuring_options import Repeats, Samples, WarmUp
from cloformer.benchmarks.peers.networks import DEFAULT_PEERS, check_timm, find_peer
from cloformer.command_line import Output, third_party_noise_aside
from cloformer.model.variants import find_variant
from cloformer.whole_file import written_whole

_FAILED = 5
_VARIANTS = "xxs,xs,s"


def study_command(
    context: typer.Context,
    variants: Annotated[str, typer.Option(help="Variants of CloFormer, separated by commas.")] = _VARIANTS,
    peer: Annotated[
        list[str] | None, typer.Option(help='Peer, such as "RepViT M1.1"; may be repeated. Default: 16 peers.')
    ] = None,
    threads: Annotated[
        list[int] | None, typer.Option(help="Number of CPU threads; may be repeated. Default: 1 and 2.")
    ] = None,
    repeats: Repeats = None,
    warm_up: WarmUp = None,
    samples: Samples = None,
    page: Annotated[
        list[Path] | None, typer.Option("--output", help="Page to write, .html or .md; may be repeated.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Folder where artifacts and records are kept for the next run.")] = Path(
        "exports/study"
    ),
    verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks and the exporters' messages.")] = False,
) -> int:
    """Export CloFormer and its peers, measure them on this machine, and write the report. This takes an hour or two.

    A stopped run continues where it was and loses at most one case. Use an idle machine.
    Exit codes: 0 done, 1 a bug in this toolkit, 2 wrong usage, 3 a package is missing, 5 a case failed,
    130 interrupted.
    """
    output: Output = context.obj
    output.verbose = verbose
    names = [find_variant(name).name for name in variants.split(",")]
    peers = [find_peer(name) for name in peer or DEFAULT_PEERS]
    counts = thread_counts(threads)
    check_timm()
    from cloformer.benchmarks.report.command import check_pages, write_pages  # noqa: PLC0415

    pages = page or [Path("docs/benchmarks.html"), Path("docs/benchmarks.md")]
    check_pages(pages)
    say = partial(tell, output)
    with third_party_noise_aside(output):
        from cloformer.benchmarks.host.cases import find_cases  # noqa: PLC0415 - not needed to refuse a wrong request
        from cloformer.benchmarks.host.device import describe_device  # noqa: PLC0415
        from cloformer.benchmarks.host.run import measure_host_cases  # noqa: PLC0415
        from cloformer.benchmarks.host.table import progress_line  # noqa: PLC0415
        from cloformer.benchmarks.latency_model.prediction import predict_latencies  # noqa: PLC0415
        from cloformer.benchmarks.peers.make import make_peers  # noqa: PLC0415

        from .exports import PRECISIONS, TARGET_NAMES, make_bundles  # noqa: PLC0415

        bundles = make_bundles(names, folder / "bundles", say)
        made = make_peers(peers, TARGET_NAMES, PRECISIONS, folder / "peers", say)
        artifacts = [*bundles, *(each.folder for each in made if any(each.folder.glob("*.json")))]
        cases, _ = find_cases(artifacts, counts, customize(DEFAULT, repeats, warm_up, samples), pinned=True)
        records = measure_host_cases(
            cases,
            folder / "records.jsonl",
            describe_device(),
            this_tool(),
            lambda progress: say(progress_line(progress)),
        )
        prediction = folder / "prediction.json"
        if not prediction.exists():
            say("predict latencies on phones")
            with written_whole(prediction) as unfinished:
                unfinished.write_text(predict_latencies().model_dump_json(indent=2) + "\n", "utf-8")
        write_pages(pages, records, prediction)
    output.people.print(escape(f"Written: {', '.join(map(str, pages))}"), soft_wrap=True)
    return _FAILED if any(record.failure for record in records) else 0
