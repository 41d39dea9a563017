"""The results of ``cloformer-bench arm64`` as typed data with a published JSON Schema."""

from __future__ import annotations

from typing import Literal

from cloformer.runtimes.bundle.manifest import Facts

from .counts import InstructionCounts
from .operators import OperatorCounts

Meaning = Literal["instructions of one inference on an emulated core, in one thread; not a latency"]
MEANING: Meaning = "instructions of one inference on an emulated core, in one thread; not a latency"


class HostParity(Facts):
    """The comparison of the emulated run with this machine's run of the same artifact on the same inputs.

    Attributes:
        inputs: number of images that were compared.
        max_abs: largest absolute difference of any logit.
        bound: largest allowed ``max_abs``.
        top1_agreement: share of the inputs with the same top-1 class.
    """

    inputs: int
    max_abs: float
    bound: float
    top1_agreement: float
    passed: bool


class EmulatedCore(Facts):
    """The emulated core.

    Attributes:
        qemu_cpu: the emulator's model of the core.
        midr: main ID register that the runtime reads.
    """

    name: str
    title: str
    qemu_cpu: str
    midr: str


class EmulatedInference(Facts):
    """One artifact on one emulated core.

    Attributes:
        artifact: path of the file, as it was given.
        runtime: name and version of the aarch64 runtime.
        batch: number of images per inference.
        operators: operators from a separate run with the runtime's profile on; null if not requested.
        profiled_total: instructions of that run's inference; the profile makes them exceed ``instructions.total``.
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
        exit_code: exit code of the command for this failure.
    """

    artifact: str
    core: str
    exit_code: int
    problem: str
    remedy: str


class Arm64Report(Facts):
    """The report of the command.

    Attributes:
        emulator: name and version of the emulator.
        host: processor of this machine, with which the emulated runs are compared.
        failures: runs that failed; runs that merely differ from this machine's are in ``inferences``.
    """

    schema_version: Literal[1] = 1
    meaning: Meaning = MEANING
    emulator: str
    host: str
    inferences: tuple[EmulatedInference, ...]
    failures: tuple[Failure, ...]
