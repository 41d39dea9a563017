"""Exporting and timing all cases of one run, and measuring their memory and their instruction counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np

from cloformer.benchmarks.arm64 import InstructionCounts, count_instructions
from cloformer.benchmarks.multiply_adds import count_multiply_adds
from cloformer.benchmarks.peak_memory import MemoryOrder, added_megabytes, peak_memory
from cloformer.model import create_model
from cloformer.runtimes.bundle.checksum import size_of
from cloformer.runtimes.processor import processor_name
from cloformer.whole_file import written_whole

from .artifacts import make_artifacts
from .cases import Case, make_cases
from .operator_times import PROFILED, operator_times
from .report import CaseResult, OperatorShare, RewritesReport, Spread
from .sampling import MATRIX_SIDE, Samples, sample

_PACKAGES = ("torch", "onnxruntime", "executorch")


@dataclass(frozen=True)
class Settings:
    """Settings of one run of the command.

    Attributes:
        threads: thread counts to time.
        rounds: number of samples of each artifact and thread count.
        ablation: whether to also measure each form without each of its rewrites.
        core: emulated core to count instructions on, or None to count none.
        folder: where the artifacts and their counts are kept.
        command: command line to put in the report.
    """

    targets: tuple[str, ...]
    variant: str
    size: tuple[int, int]
    threads: tuple[int, ...]
    rounds: int
    ablation: bool
    core: str | None
    folder: Path
    command: str


def measure_rewrites(settings: Settings, tell: Callable[[str], None]) -> RewritesReport:
    """Compare the forms of each target with its stock export.

    Raises:
        CloformerError: an export, a measurement or the emulation failed.
    """
    multiply_adds = count_multiply_adds(create_model(settings.variant), settings.size)
    results: list[CaseResult] = []
    operators: list[OperatorShare] = []
    rates: dict[int, float] = {}
    for target in settings.targets:
        cases = make_cases(target, ablation=settings.ablation)
        paths = make_artifacts(cases, settings.variant, settings.size, settings.folder, tell)
        weights = [_weigh(case, path, settings, tell) for case, path in zip(cases, paths, strict=True)]
        for threads in settings.threads:
            tell(f"time {len(paths)} {target} artifacts side by side, threads: {threads}")
            samples = sample(paths, settings.size, threads, settings.rounds)
            rates.setdefault(threads, MATRIX_SIDE**3 / float(np.median(samples.matrix_product)) / 1e9)
            rows = zip(cases, weights, range(len(cases)), strict=True)
            results += [_result(case, weight, samples, index, threads, multiply_adds) for case, weight, index in rows]
        if paths[0].suffix == PROFILED:
            fastest = min((result for result in results if result.target == target), key=_single_thread_time)
            tell(f"profile {fastest.name}")
            operators = operator_times(paths[[case.name for case in cases].index(fastest.name)], settings.size)
    return RewritesReport(
        machine=processor_name(),
        versions={package: metadata.version(package) for package in _PACKAGES},
        variant=settings.variant,
        image_size=settings.size,
        multiply_adds=multiply_adds,
        matrix_product_gmacs=rates,
        arm64_core=settings.core,
        cases=tuple(results),
        operators=tuple(operators),
        command=settings.command,
    )


@dataclass(frozen=True)
class _Weight:
    """The costs of an artifact that do not vary from run to run."""

    bytes: int
    peak_memory_mb: float
    arm64: InstructionCounts | None


def _weigh(case: Case, path: Path, settings: Settings, tell: Callable[[str], None]) -> _Weight:
    tell(f"memory of {case.target}: {case.name}")
    memory = added_megabytes(peak_memory(MemoryOrder(artifact=str(path), shape=(1, 3, *settings.size))))
    return _Weight(size_of(path), memory, _count(case, path, settings.core, tell) if settings.core else None)


def _count(case: Case, path: Path, core: str, tell: Callable[[str], None]) -> InstructionCounts:
    """Count the instructions once and keep the result, because the same artifact always has the same count."""
    kept = path.with_name(f"{path.name}.{core}.json")
    if not kept.exists():
        tell(f"count instructions of {case.target}: {case.name}")
        with written_whole(kept) as unfinished:
            unfinished.write_text(count_instructions(path, core).model_dump_json(), "utf-8")
    return InstructionCounts.model_validate_json(kept.read_text("utf-8"))


def _result(case: Case, weight: _Weight, samples: Samples, index: int, threads: int, multiply_adds: int) -> CaseResult:
    stock, own, product = (
        np.array(each) for each in (samples.artifacts[0], samples.artifacts[index], samples.matrix_product)
    )
    rate = multiply_adds / float(np.median(own))
    return CaseResult(
        target=case.target,
        name=case.name,
        threads=threads,
        milliseconds=_spread(1e3 * own),
        speedup=_spread(stock / own),
        matrix_product_share=rate / (MATRIX_SIDE**3 / float(np.median(product))),
        bytes=weight.bytes,
        peak_memory_mb=round(weight.peak_memory_mb, 1),
        arm64=weight.arm64,
    )


def _single_thread_time(result: CaseResult) -> tuple[int, float]:
    return result.threads, result.milliseconds.median


def _spread(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Spread:
    lower, median, upper, p90 = (float(value) for value in np.percentile(values, [25, 50, 75, 90]))
    return Spread(median=median, p90=p90, iqr=upper - lower, samples=len(values))
