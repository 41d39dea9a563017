"""What ``cloformer-bench arm64`` found, as typed data with a published JSON Schema."""

from __future__ import annotations

from typing import Literal

from cloformer.runtimes.bundle.manifest import Facts

from .counts import InstructionCounts
from .operators import OperatorCounts

Meaning = Literal["instructions of one inference on an emulated core, in one thread; not a latency"]
MEANING: Meaning = "instructions of one inference on an emulated core, in one thread; not a latency"


class HostParity(Facts):
    """The emulated run against this machine's run of the same artifact on the same inputs.

    Attributes:
        inputs: images that were compared.
        max_abs: largest difference of any logit.
        bound: on ``max_abs``.
        top1_agreement: share of the inputs with the same top-1.
    """

    inputs: int
    max_abs: float
    bound: float
    top1_agreement: float
    passed: bool


class EmulatedCore(Facts):
    """Where it ran.

    Attributes:
        qemu_cpu: the emulator's model of the core.
        midr: the main ID register that the runtime reads.
    """

    name: str
    title: str
    qemu_cpu: str
    midr: str


class EmulatedInference(Facts):
    """One artifact on one emulated core.

    Attributes:
        artifact: the file as it was given.
        runtime: the aarch64 build, with its version.
        batch: images of one inference.
        operators: from a run of their own, with the runtime's profile on; null if not asked for.
        profiled_total: of that run's inference, which the profile makes longer than ``instructions.total``.
    """

    artifact: str
    sha256: str
    runtime: str
    precision: str | None
    batch: int
    core: EmulatedCore
    instructions: InstructionCounts
    operators: tuple[OperatorCounts, ...] | None
    profiled_total: int | None
    parity: HostParity


class Failure(Facts):
    """One artifact that did not run on one emulated core.

    Attributes:
        exit_code: what the command exits with for it.
    """

    artifact: str
    core: str
    exit_code: int
    problem: str
    remedy: str


class Arm64Report(Facts):
    """The document.

    Attributes:
        emulator: with its version.
        host: what this machine's side of the parity ran on.
        failures: empty where all ran; those that differ from this machine's are among ``inferences``.
    """

    schema_version: Literal[1] = 1
    meaning: Meaning = MEANING
    emulator: str
    host: str
    inferences: tuple[EmulatedInference, ...]
    failures: tuple[Failure, ...]
