"""What the manifest and ``report.json`` say of an artifact that was just made."""

from __future__ import annotations

from pathlib import Path

from cloformer.runtimes.checksum import sha256_of, size_of
from cloformer.runtimes.manifest import ArtifactFacts

from .conversion import Conversion, Converted
from .fp16_preflight import beyond_fp16
from .options import CoreMLOptions
from .report import Fp16Report, ParityReport, QuantizationReport, ReportEntry
from .stages import PeakMemory, Stages


def artifact_facts(conversion: Conversion, converted: Converted) -> tuple[ArtifactFacts, ...]:
    """Describe the artifact, and then each further file that was made beside it."""
    request = conversion.request
    files = {request.target.suffix.lstrip("."): conversion.path, **converted.extra_files}
    options = request.options
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
            soc=request.soc,
            compute_units=options.compute_units if isinstance(options, CoreMLOptions) else None,
            tools=converted.tools,
        )
        for kind, path in files.items()
    )


def report_entry(
    conversion: Conversion,
    converted: Converted,
    verdict: ParityReport,
    path: Path,
    stages: Stages,
    memory: PeakMemory,
    seconds: float,
) -> ReportEntry:
    """Describe the export that made the file at ``path`` in ``seconds``."""
    request = conversion.request
    return ReportEntry(
        target=request.target.name,
        backend=request.backend,
        precision=request.precision,
        form=request.form,
        file=path.name,
        bytes=size_of(path),
        seconds=seconds,
        stages=dict(stages.seconds),
        peak_rss_mb=round(memory.megabytes, 1),
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
