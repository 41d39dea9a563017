"""What happens when parity fails: the artifact is kept under another name, and the error says where it diverges."""

from __future__ import annotations

from pathlib import Path

from cloformer.export.bundle.writer import FAILED_SUFFIX
from cloformer.export.conversion import Conversion, Converted
from cloformer.export.report import ParityReport, ReportEntry
from cloformer.model import ParityError

from .artifact_facts import Effort, report_entry


def keep_failed(
    bundle: Path, conversion: Conversion, converted: Converted, verdict: ParityReport, effort: Effort
) -> tuple[ReportEntry, ParityError]:
    """Give the staged artifact a ``.failed`` name that no app looks for; return its report and the error to raise.

    In ``bundle``, ``report.json`` gets the numbers; the manifest does not name the file.
    """
    for path in (conversion.path, *converted.extra_files.values()):
        path.rename(path.with_name(path.name + FAILED_SUFFIX))
    failed = conversion.path.with_name(conversion.path.name + FAILED_SUFFIX)
    entry = report_entry(conversion, converted, verdict, failed, effort)
    request = conversion.request
    error = ParityError(
        f"{request.target.title} {request.precision} differs from the reference: {_numbers(verdict)}"
        f"{_place(verdict, entry)}",
        f"the artifact is kept for inspection as {bundle / failed.name}",
    )
    return entry, error


def _numbers(verdict: ParityReport) -> str:
    if verdict.max_abs is None:
        return "its output has another shape or is not finite"
    psnr = "" if verdict.psnr_db is None else f", PSNR {verdict.psnr_db:.1f} dB"
    return (
        f"max-abs {verdict.max_abs:.2g}, cosine {verdict.cosine:.6f}{psnr}, "
        f"top-1 agreement {100 * (verdict.top1_agreement or 0):.0f} %"
    )


def _place(verdict: ParityReport, entry: ReportEntry) -> str:
    where = verdict.first_divergence
    place = f"; the first output that diverges is that of {where}" if where else ""
    if entry.fp16 and entry.fp16.beyond:
        place += f"; the reference exceeds the range of fp16, first at {entry.fp16.beyond[0]}: export it as fp32"
    return place
