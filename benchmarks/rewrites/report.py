"""What ``cloformer-bench rewrites`` found, as typed data with a published JSON Schema."""

from __future__ import annotations

from typing import Literal

from cloformer.benchmarks.arm64.counts import InstructionCounts
from cloformer.runtimes.bundle.manifest import Facts


class Spread(Facts):
    """Of interleaved samples.

    Attributes:
        iqr: distance between the quartiles.
    """

    median: float
    p90: float
    iqr: float
    samples: int


class CaseResult(Facts):
    """One artifact.

    Attributes:
        name: ``stock``, a form, or a form without one rewrite.
        threads: that it was timed with.
        milliseconds: of one inference.
        speedup: how many times faster than stock, over the rounds in which both were timed.
        matrix_product_share: multiply-adds a second, as a share of what the machine's own 1024^3 float32 matrix product
            reaches at this thread count.
        peak_memory_mb: above what the runtime takes before it opens the artifact, at one thread.
        arm64: instructions of one inference on an emulated core, in one thread; null where they were not counted.
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
    """The operators of one kind in one artifact's own profile, one thread.

    Attributes:
        milliseconds: the sum over them of each one's fifth percentile.
        multiply_adds: of their products and convolutions.
        gmacs_per_second: null for operators that multiply nothing.
    """

    kind: str
    count: int
    milliseconds: float
    share: float
    multiply_adds: int
    gmacs_per_second: float | None


class RewritesReport(Facts):
    """The document.

    Attributes:
        machine: whose times they are.
        multiply_adds: of the reference, one image.
        matrix_product_gmacs: what the machine's matrix product reaches, by thread count, beside the first target.
        arm64_core: on which instructions were counted; null where they were not.
        operators: of the fastest ONNX file, where the rest of its time goes.
        command: that made this.
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
