"""The command ``cloformer-bench report``: records as one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from cloformer.benchmarks.records import Measurement, read_records
from cloformer.command_line import Output, third_party_noise_aside
from cloformer.model import InputFileError, UsageError
from cloformer.whole_file import written_whole

if TYPE_CHECKING:
    from cloformer.benchmarks.latency_model.prediction import PredictionReport

_SUFFIXES = (".html", ".md")


def report_command(
    context: typer.Context,
    records: Annotated[list[Path], typer.Argument(help="Files of records in JSON Lines, from any device.")],
    page: Annotated[
        list[Path] | None, typer.Option("--output", help="Page to write, .html or .md; may be repeated.")
    ] = None,
    prediction: Annotated[
        Path | None, typer.Option(help="File from `cloformer-bench latency-model --output`; shown separately.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks and libraries' messages.")] = False,
) -> int:
    """Write a page that shows what was measured next to what was claimed, published and predicted.

    Exit codes: 0 done, 1 a bug in this toolkit, 2 wrong usage, 4 bad input file.
    """
    output: Output = context.obj
    output.verbose = verbose
    pages = page or [Path("report.html")]
    check_pages(pages)
    lines = [record for path in records for record in read_records(path)]
    if not any(record.summary for record in lines):
        raise InputFileError(
            f"nothing was measured in {', '.join(map(str, records))}", "measure first: cloformer-bench host"
        )
    with third_party_noise_aside(output):
        write_pages(pages, lines, prediction)
    output.people.print(f"Written: {', '.join(map(str, pages))}", soft_wrap=True)
    return 0


def check_pages(pages: Sequence[Path]) -> None:
    """Check that each page has a supported suffix.

    Raises:
        UsageError: a page has another suffix.
    """
    wrong = [each for each in pages if each.suffix not in _SUFFIXES]
    if wrong:
        raise UsageError(f"a report must be {' or '.join(_SUFFIXES)}, not {wrong[0].name}", "give --output report.html")


def write_pages(pages: Sequence[Path], records: Sequence[Measurement], prediction: Path | None) -> None:
    """Write the report on ``records`` to each of ``pages``.

    Raises:
        InputFileError: the prediction file is damaged.
    """
    from .document import make_document  # noqa: PLC0415 - imports PyTorch, which takes seconds
    from .rendering import report_as_html, report_as_markdown  # noqa: PLC0415
    from .spectra import demo_spectra  # noqa: PLC0415

    document = make_document(records, _read_prediction(prediction), demo_spectra())
    for each in pages:
        _write(each, report_as_html(document) if each.suffix == ".html" else report_as_markdown(document))


def _read_prediction(path: Path | None) -> PredictionReport | None:
    if path is None:
        return None
    from cloformer.benchmarks.latency_model.prediction import PredictionReport  # noqa: PLC0415

    try:
        return PredictionReport.model_validate_json(path.read_text("utf-8"))
    except (OSError, ValidationError) as error:
        raise InputFileError(
            f"{path} is not a prediction", "make one: cloformer-bench latency-model --output"
        ) from error


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as unfinished:
        unfinished.write_text(text, "utf-8")
