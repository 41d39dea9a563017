"""The record of one case: one line of a ``.jsonl`` file, in the same format from ``cloformer-bench`` and the apps."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from cloformer.runtimes.bundle.manifest import Facts

from .parts import (
    THROTTLED,
    DeviceFacts,
    InputUsed,
    MeasuredArtifact,
    MeasuredModel,
    MemoryUse,
    Protocol,
    Repeat,
    RuntimeFacts,
    SelfTest,
    ToolFacts,
)
from .summary import Summary, summarize_samples

SCHEMA_VERSION: Literal[1] = 1

_ROUNDING_NS = 1
_NOISE_ROUNDING = 1e-3


class Measurement(Facts):
    """The measurement of one artifact in one runtime and backend, with one thread count, on one device.

    A line may contain only part of a case: some of its repeats, or only its memory. Readers join the lines with the
    same ``case``, so a killed run loses only the measurement in progress.

    Attributes:
        case: identifier shared by all lines of a case and by no other lines.
        summary: statistics of the samples in this line's repeats; null if the line has none.
        failure: why the case could not be measured; null if it was measured.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    case: str = Field(min_length=1)
    tool: ToolFacts
    device: DeviceFacts
    runtime: RuntimeFacts
    artifact: MeasuredArtifact
    model: MeasuredModel
    input: InputUsed
    protocol: Protocol
    repeats: tuple[Repeat, ...] = ()
    summary: Summary | None = None
    memory: MemoryUse | None = None
    self_test: SelfTest | None = None
    failure: str | None = None

    @model_validator(mode="after")
    def _a_repeat_occurs_once(self) -> Self:
        indices = [repeat.index for repeat in self.repeats]
        if len(set(indices)) != len(indices):
            raise ValueError(f"repeats are numbered {indices}: a number occurs twice")
        return self

    @model_validator(mode="after")
    def _summary_is_of_the_samples(self) -> Self:
        expected = summarize_samples([repeat.samples_ns for repeat in self.repeats]) if self.repeats else None
        if (expected is None) != (self.summary is None):
            raise ValueError("there must be a summary if and only if there are samples")
        if expected is not None and self.summary is not None:
            for name, value in expected:
                allowed = _NOISE_ROUNDING if name == "noise" else _ROUNDING_NS
                if abs(getattr(self.summary, name) - value) > allowed:
                    raise ValueError(f"the samples' {name} is {value}, not {getattr(self.summary, name)}")
        return self

    @property
    def complete(self) -> bool:
        """Whether nothing is left to measure for this case."""
        return self.failure is not None or (len(self.repeats) >= self.protocol.repeats and self.memory is not None)

    @property
    def throttled(self) -> bool:
        """Whether the system reported slowing down its cores while samples were taken."""
        return any(state in THROTTLED for repeat in self.repeats for state in repeat.thermal or ())

    @property
    def disturbed(self) -> bool:
        """Whether another process or the hypervisor used the processor while samples were taken."""
        return any(repeat.interference.busy for repeat in self.repeats)
