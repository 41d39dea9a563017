"""The results of ``cloformer-bench rewrites`` as typed data with a published JSON Schema."""

from __future__ import annotations

from typing import Literal

from cloformer.benchmarks.arm64.counts import InstructionCounts
from cloformer.runtimes.bundle.manifest import Facts


class Spread(Facts):
    """Statistics of interleaved samples.

    Attributes:
        iqr: distance between the quartiles.
    """

    median: float
    p90: float
    iqr: float
    samples: int


class CaseResult(Facts):
    """The result of one artifact.

    Attributes:
        name: ``stock``, the name of a form, or a form without one rewrite.
        threads: number of threads that it was timed with.
        milliseconds: time of one inference.
        speedup: how many times faster than stock, over the rounds in which both were timed.
        matrix_product_share: multiply-adds per second, as a share of what the machine's own 1024^3 float32 matrix
            product reaches with this thread count.
        peak_memory_mb: peak memory in MiB above what the process used before it opened the artifact, with one thread.
        arm64: instructions of one inference on an emulated core, in one thread; null if they were not counted.
    """

    target: str
    name: str
    threads: int
    milliseconds: Spread
    speedup: Spread
    matrix_product_share: float
    bytes: int
    peak_memory_mb: float
    arm64: InstructionCounts | None


class OperatorShare(Facts):
    """All operators of one kind in one artifact's own profile, with one thread.

    Attributes:
        milliseconds: sum of the operators' times, each its fifth percentile.
        multiply_adds: multiply-adds of the operators' products and convolutions.
        gmacs_per_second: billions of multiply-adds per second; null for operators without multiplications.
    """

    kind: str
    count: int
    milliseconds: float
    share: float
    multiply_adds: int
    gmacs_per_second: float | None


class RewritesReport(Facts):
    """The report of the command.

    Attributes:
        machine: processor that the times were measured on.
        multiply_adds: multiply-adds of the reference for one image.
        matrix_product_gmacs: billions of multiply-adds per second that the machine's matrix product reaches, by thread
            count, timed in turn with the first target.
        arm64_core: core on which instructions were counted; null if they were not counted.
        operators: profile of the fastest ONNX file by kind of operator.
        command: command line that made this report.
    """

    schema_version: Literal[1] = 1
    machine: str
    versions: dict[str, str]
    variant: str
    image_size: tuple[int, int]
    multiply_adds: int
    matrix_product_gmacs: dict[int, float]
    arm64_core: str | None
    cases: tuple[CaseResult, ...]
    operators: tuple[OperatorShare, ...]
    command: str
