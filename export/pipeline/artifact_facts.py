"""What the manifest and ``report.json`` say about an artifact that was just made."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from cloformer.export.conversion import Conversion, Converted
from cloformer.export.reference.ranges import beyond_fp16
from cloformer.export.report import Fp16Report, ParityReport, QuantizationReport, ReportEntry
from cloformer.export.stages import PeakMemory, Stages
from cloformer.runtimes.bundle.checksum import sha256_of, size_of
from cloformer.runtimes.bundle.manifest import ArtifactFacts


@dataclass(frozen=True)
class Effort:
    """The time and memory that an export takes.

    Attributes:
        stages: the stages so far, with their seconds.
        memory: the largest memory of the process so far.
        start: when the export began, by ``time.perf_counter``.
    """

    stages: Stages
    memory: PeakMemory
    start: float


def artifact_facts(conversion: Conversion, converted: Converted) -> tuple[ArtifactFacts, ...]:
    """Describe the artifact, and then each additional file that was made beside it."""
    request = conversion.request
    files = {request.target.suffix.lstrip("."): conversion.path, **converted.extra_files}
    return tuple(
        ArtifactFacts(
            file=path.name,
            format=kind,
            sha256=sha256_of(path),
            bytes=size_of(path),
            target=request.target.name,
            backend=request.backend,
            precision=request.precision,
            form=request.form,
            input=converted.inputs,
            outputs=conversion.outputs,
            minimum_os=converted.minimum_os,
            tools=converted.tools,
            soc=request.options.soc_name,
            compute_units=request.options.compute_units_wanted,
        )
        for kind, path in files.items()
    )


def report_entry(
    conversion: Conversion, converted: Converted, verdict: ParityReport, path: Path, effort: Effort
) -> ReportEntry:
    """Describe the export that made the file at ``path``."""
    request = conversion.request
    return ReportEntry(
        target=request.target.name,
        backend=request.backend,
        precision=request.precision,
        form=request.form,
        file=path.name,
        bytes=size_of(path),
        seconds=round(time.perf_counter() - effort.start, 3),
        stages=dict(effort.stages.seconds),
        peak_rss_mb=round(effort.memory.megabytes, 1),
        parity=verdict,
        delegation=converted.delegation,
        fp16=_fp16(conversion, converted) if request.precision == "fp16" else None,
        quantization=_quantization(conversion),
    )


def _quantization(conversion: Conversion) -> QuantizationReport | None:
    calibration = conversion.calibration
    if calibration is None:
        return None
    return QuantizationReport(
        calibration=calibration.source,
        images=len(calibration.images),
        unreadable=calibration.unreadable,
        float_units=conversion.float_units,
    )


def _fp16(conversion: Conversion, converted: Converted) -> Fp16Report:
    ranges, kept = conversion.ranges, converted.kept_fp32
    beyond = tuple(layer for layer in beyond_fp16(ranges) if layer not in kept)
    return Fp16Report(kept_fp32=kept, beyond=beyond, layers=ranges)
