"""The parts of a measurement: who measured what, where, and what disturbed it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from cloformer.model.tasks import CLASSIFICATION, TaskName
from cloformer.runtimes.bundle.manifest import Facts

Nanoseconds = Annotated[int, Field(gt=0)]

ThermalState = Literal[
    "nominal", "fair", "serious", "critical",  # iOS and macOS: ProcessInfo.thermalState
    "none", "light", "moderate", "severe", "emergency", "shutdown",  # Android: PowerManager, which has "critical" too
]  # fmt: skip
"""As the system calls it."""

THROTTLED: frozenset[ThermalState] = frozenset({"serious", "critical", "moderate", "severe", "emergency", "shutdown"})
"""States in which the system slows its cores down."""


class DeviceFacts(Facts):
    """What the case ran on; nothing that tells one owner's device from another's.

    Attributes:
        kind: an emulator's or a simulator's times are never taken for a phone's.
        model: such as ``Pixel 6``, ``iPhone14,5``, or a computer's processor.
        soc: such as ``Tensor``; null where the system does not say.
        os: ``Android``, ``iOS``, ``Linux``, ``macOS`` or ``Windows``.
        cores: logical, that the process may use.
    """

    kind: Literal["phone", "tablet", "computer", "emulator", "simulator"]
    manufacturer: str | None = None
    model: str
    soc: str | None = None
    os: str
    os_version: str
    os_build: str | None = None
    cores: int = Field(gt=0)
    memory_bytes: int | None = None


class ToolFacts(Facts):
    """Who measured: this toolkit's command, or one of its apps.

    Attributes:
        request: the exact command, or what the app was asked for, so that it can be repeated.
    """

    name: Literal["cloformer-bench", "CloFormer Android", "CloFormer iOS"]
    version: str
    request: str


class RuntimeFacts(Facts):
    """Who executed.

    Attributes:
        backend: inside the runtime, such as ``cpu``, ``xnnpack``, ``nnapi``, ``qnn``, ``vulkan``, ``coreml``; of
            Core ML, the compute units: ``all``, ``cpu-ne``, ``cpu-gpu``, ``cpu``.
        threads: CPU threads; null where the runtime decides, as on an NPU.
        substitute: what stands in for the phone's own runtime; null where nothing does.
        int8_kernels: what multiplied 8-bit integers; null for float artifacts, and where the runtime does not say.
    """

    name: str
    version: str
    backend: str
    threads: Annotated[int, Field(gt=0)] | None = None
    substitute: str | None = None
    int8_kernels: str | None = None


class DelegationFacts(Facts):
    """What the backend takes of the graph, from its export or, for Core ML, from the compute plan.

    Attributes:
        partitions: pieces that it takes; null where the runtime does not say.
        operators: how many each executor takes, such as ``{"xnnpack": 330}`` or ``{"neural engine": 290, "cpu": 4}``.
    """

    partitions: int | None = None
    operators: dict[str, int]


class MeasuredArtifact(Facts):
    """What was run.

    Attributes:
        file: name, without folders.
        sha256: of the file; of a folder, over its files' sorted relative names and contents.
        bundle: name of the bundle's folder; null for a file outside one.
        form: of the network, see docs/mobile-form.md; null where it is not known.
        delegation: null where it is not known.
    """

    file: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(gt=0)
    bundle: str | None = None
    target: str
    backend: str | None = None
    precision: str
    form: str | None = None
    delegation: DelegationFacts | None = None


class MeasuredModel(Facts):
    """Which network.

    Attributes:
        family: such as ``CloFormer`` or ``MobileNetV4``.
        variant: within it, such as ``xxs``.
        task: what it is asked.
        weights: such as ``random``, or a checkpoint's name.
        parameters: null where they are not known.
        multiply_adds: of one image at this size; null where they are not known.
    """

    family: str
    variant: str
    task: TaskName = CLASSIFICATION
    num_classes: int | None = None
    weights: str
    parameters: int | None = None
    multiply_adds: int | None = None


class InputUsed(Facts):
    """What was fed.

    Attributes:
        content: such as ``golden`` (a bundle's first golden input) or ``random`` (uniform in [0, 1)).
    """

    shape: tuple[int, int, int, int]
    dtype: Literal["float32", "uint8"]
    content: Literal["golden", "random"]


class Protocol(Facts):
    """How it was measured.

    Attributes:
        repeats: how many the case is meant to have, each in a process (apps: a session) of its own.
        warm_up: inferences before the samples of each repeat.
        samples: of each repeat, at least.
        seconds: that the samples of each repeat take together, at least.
        pinned: which logical cores the process was bound to; null where it was not.
    """

    name: Literal["default", "rigorous", "custom"]
    repeats: int = Field(gt=0)
    warm_up: int = Field(ge=0)
    samples: int = Field(gt=0)
    seconds: float = 0.0
    pinned: tuple[int, ...] | None = None


class LoadTimes(Facts):
    """From the file to a session that is ready to run.

    Attributes:
        cold_ns: the first in this process.
        warm_ns: the second, after the first was closed.
        file_cache: whether the system's copy of the file in memory was dropped before the first.
    """

    cold_ns: Nanoseconds
    warm_ns: Nanoseconds
    file_cache: Literal["evicted", "as it was"]


class Interference(Facts):
    """What else the machine did while the samples were taken. Null stands for what the system does not tell.

    Attributes:
        other_cpu_cores: busy cores' worth of other processes, on average.
        steal_share: of the time, taken by the hypervisor.
        frequency_mhz: of the fastest core, at the end.
        battery_percent: at the end.
        charging: whether on power.
        low_power_mode: whether the system saves power.
        airplane_mode: whether its radios are off.
        fixed_performance: whether Android holds the clock rates that it can hold for long.
        busy: whether this repeat was disturbed: another process took a fifth of a core or more, or the hypervisor 5 %.
    """

    other_cpu_cores: float | None = None
    steal_share: float | None = None
    frequency_mhz: float | None = None
    battery_percent: float | None = None
    charging: bool | None = None
    low_power_mode: bool | None = None
    airplane_mode: bool | None = None
    fixed_performance: bool | None = None
    busy: bool = False


class Repeat(Facts):
    """One uninterrupted series of samples.

    Attributes:
        index: from 0.
        started: with time zone.
        first_inference_ns: the first of the warm-up.
        samples_ns: in order, one an inference: an input that is in memory, to logits that are in memory.
        thermal: before the first sample and after each; null where the system does not tell.
    """

    index: int = Field(ge=0)
    started: AwareDatetime
    load: LoadTimes
    first_inference_ns: Nanoseconds
    samples_ns: tuple[Nanoseconds, ...] = Field(min_length=1)
    thermal: tuple[ThermalState, ...] | None = None
    interference: Interference

    @model_validator(mode="after")
    def _one_state_a_sample(self) -> Self:
        if self.thermal is not None and len(self.thermal) != len(self.samples_ns) + 1:
            raise ValueError("thermal needs one state before the first sample and one after each, or null")
        return self


class MemoryUse(Facts):
    """From a pass of its own, without timing.

    Attributes:
        peak_bytes: the most that the process held.
        before_bytes: what it held with the runtime loaded, before the artifact was opened.
        method: what was read, such as ``VmHWM``, ``phys_footprint`` or ``PSS``.
    """

    peak_bytes: int = Field(gt=0)
    before_bytes: int = Field(ge=0)
    method: str


class SelfTest(Facts):
    """The golden vectors replayed by this runtime on this device.

    Attributes:
        max_abs: largest difference to the reference's logits.
        top1_agreement: share of the images.
        passed: within the bounds of docs/parity.md.
    """

    images: int = Field(gt=0)
    max_abs: float
    top1_agreement: float
    passed: bool
