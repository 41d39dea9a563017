"""The parts of a measurement: what was measured, by which tool, on which device, and what disturbed it."""

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
"""The thermal state under the system's own name."""

THROTTLED: frozenset[ThermalState] = frozenset({"serious", "critical", "moderate", "severe", "emergency", "shutdown"})
"""Thermal states in which the system slows down its cores."""


class DeviceFacts(Facts):
    """The device that the case ran on, without anything that could identify an individual device.

    Attributes:
        kind: kind of device; times from an emulator or simulator are never treated as a phone's.
        model: model name, such as ``Pixel 6`` or ``iPhone14,5``; for a computer, its processor.
        soc: name of the system on a chip, such as ``Tensor``; null if the system does not report it.
        os: ``Android``, ``iOS``, ``Linux``, ``macOS`` or ``Windows``.
        cores: number of logical cores that the process may use.
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
    """The tool that measured: this toolkit's command or one of its apps.

    Attributes:
        request: the exact command, or the request to the app, so that the measurement can be repeated.
    """

    name: Literal["cloformer-bench", "CloFormer Android", "CloFormer iOS"]
    version: str
    request: str


class RuntimeFacts(Facts):
    """The runtime that executed the artifact.

    Attributes:
        backend: backend inside the runtime, such as ``cpu``, ``xnnpack``, ``nnapi``, ``qnn``, ``vulkan`` or ``coreml``;
            for Core ML, the compute units: ``all``, ``cpu-ne``, ``cpu-gpu`` or ``cpu``.
        threads: number of CPU threads; null if the runtime decides, as on an NPU.
        substitute: what replaces the phone's own runtime here; null if nothing does.
        int8_kernels: kernels that multiplied 8-bit integers; null for float artifacts, or if the runtime does not
            report them.
    """

    name: str
    version: str
    backend: str
    threads: Annotated[int, Field(gt=0)] | None = None
    substitute: str | None = None
    int8_kernels: str | None = None


class DelegationFacts(Facts):
    """Which parts of the graph the backend runs, according to the export or, for Core ML, to the compute plan.

    Attributes:
        partitions: number of subgraphs that it runs; null if the runtime does not report it.
        operators: number of operators that each executor runs, such as ``{"xnnpack": 330}`` or
            ``{"neural engine": 290, "cpu": 4}``.
    """

    partitions: int | None = None
    operators: dict[str, int]


class MeasuredArtifact(Facts):
    """The artifact that was run.

    Attributes:
        file: file name, without folders.
        sha256: hash of the file; for a folder, the hash of its files' sorted relative names and contents.
        bundle: name of the bundle's folder; null for a file outside a bundle.
        form: form of the network, see docs/mobile-form.md; null if unknown.
        delegation: which parts of the graph the backend runs; null if unknown.
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
    """The network that was measured.

    Attributes:
        family: family of networks, such as ``CloFormer`` or ``MobileNetV4``.
        variant: variant within the family, such as ``xxs``.
        task: task that the network performs.
        weights: ``random``, or the name of a checkpoint.
        parameters: number of parameters; null if unknown.
        multiply_adds: multiply-adds for one image at this size; null if unknown.
    """

    family: str
    variant: str
    task: TaskName = CLASSIFICATION
    num_classes: int | None = None
    weights: str
    parameters: int | None = None
    multiply_adds: int | None = None


class InputUsed(Facts):
    """The input that the network was given.

    Attributes:
        content: ``golden`` (a bundle's first golden input) or ``random`` (uniform in [0, 1)).
    """

    shape: tuple[int, int, int, int]
    dtype: Literal["float32", "uint8"]
    content: Literal["golden", "random"]


class Protocol(Facts):
    """The protocol of a measurement.

    Attributes:
        repeats: number of repeats of the case, each in its own process (in apps: its own session).
        warm_up: number of inferences before the samples of each repeat.
        samples: minimum number of samples in each repeat.
        seconds: minimum total time of the samples in each repeat.
        pinned: logical cores that the process was bound to; null if it was not bound.
    """

    name: Literal["default", "rigorous", "custom"]
    repeats: int = Field(gt=0)
    warm_up: int = Field(ge=0)
    samples: int = Field(gt=0)
    seconds: float = 0.0
    pinned: tuple[int, ...] | None = None


class LoadTimes(Facts):
    """Times to load a file into a session that is ready to run.

    Attributes:
        cold_ns: time of the first load in this process.
        warm_ns: time of the second load, after the first session was closed.
        file_cache: whether the system's cached copy of the file was evicted before the first load.
    """

    cold_ns: Nanoseconds
    warm_ns: Nanoseconds
    file_cache: Literal["evicted", "as it was"]


class Interference(Facts):
    """What else the machine did while the samples were taken. Null means that the system does not report the value.

    Attributes:
        other_cpu_cores: average number of cores that other processes kept busy.
        steal_share: share of the time taken by the hypervisor.
        frequency_mhz: clock rate of the fastest core at the end.
        battery_percent: battery level at the end.
        charging: whether the device was on power.
        low_power_mode: whether the system was saving power.
        airplane_mode: whether the radios were off.
        fixed_performance: whether Android kept to clock rates that it can sustain.
        busy: whether the repeat was disturbed: other processes used a fifth of a core or more, or the hypervisor took
            5 % of the time.
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
        index: number of the repeat, from 0.
        started: start time, with time zone.
        first_inference_ns: time of the first warm-up inference.
        samples_ns: time of each inference in order, from an input in memory to logits in memory.
        thermal: thermal states before the first sample and after each; null if the system does not report them.
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
    """Memory use, from a separate pass in which nothing is timed.

    Attributes:
        peak_bytes: peak memory of the process.
        before_bytes: memory of the process with the runtime loaded, before the artifact was opened.
        method: the value that was read, such as ``VmHWM``, ``phys_footprint`` or ``PSS``.
    """

    peak_bytes: int = Field(gt=0)
    before_bytes: int = Field(ge=0)
    method: str


class SelfTest(Facts):
    """Result of replaying the golden vectors in this runtime on this device.

    Attributes:
        max_abs: largest absolute difference from the reference's logits.
        top1_agreement: share of the images with the same top-1 class as the reference.
        passed: whether the differences are within the bounds of docs/parity.md.
    """

    images: int = Field(gt=0)
    max_abs: float
    top1_agreement: float
    passed: bool
