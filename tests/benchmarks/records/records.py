"""Records for tests, like those that an app writes on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cloformer.benchmarks.records import Measurement, summarize_samples
from cloformer.benchmarks.records.parts import (
    DeviceFacts,
    InputUsed,
    Interference,
    LoadTimes,
    MeasuredArtifact,
    MeasuredModel,
    MemoryUse,
    Protocol,
    Repeat,
    RuntimeFacts,
    ToolFacts,
)

MILLISECOND = 1_000_000
MEMORY = MemoryUse(peak_bytes=90_000_000, before_bytes=50_000_000, method="PSS")


def repeat(index: int = 0, milliseconds: Sequence[float] = (10, 11, 12), **changes: Any) -> Repeat:  # noqa: ANN401 - any field
    """Return a repeat with these samples."""
    facts: dict[str, Any] = {
        "index": index,
        "started": datetime(2026, 3, 1, 12, index, tzinfo=UTC),
        "load": LoadTimes(cold_ns=80 * MILLISECOND, warm_ns=30 * MILLISECOND, file_cache="as it was"),
        "first_inference_ns": 20 * MILLISECOND,
        "samples_ns": tuple(round(each * MILLISECOND) for each in milliseconds),
        "interference": Interference(battery_percent=80, charging=False),
    }
    return Repeat(**(facts | changes))


def record(*repeats: Repeat, **changes: Any) -> Measurement:  # noqa: ANN401 - any field
    """Return a line with these repeats, of a case that should have two."""
    facts: dict[str, Any] = {
        "case": "xxs fp32, XNNPACK, 4 threads",
        "tool": ToolFacts(name="CloFormer Android", version="0.1.0", request="benchmark xxs"),
        "device": DeviceFacts(
            kind="phone", manufacturer="Google", model="Pixel 6", soc="Tensor", os="Android", os_version="15", cores=8
        ),
        "runtime": RuntimeFacts(name="ExecuTorch", version="1.4.1", backend="xnnpack", threads=4),
        "artifact": MeasuredArtifact(
            file="model_fp32_xnnpack.pte",
            sha256="a" * 64,
            bytes=16_800_000,
            bundle="cloformer_xxs_random_224x224",
            target="executorch",
            backend="xnnpack",
            precision="fp32",
        ),
        "model": MeasuredModel(family="CloFormer", variant="xxs", weights="random", parameters=4_166_960),
        "input": InputUsed(shape=(1, 3, 224, 224), dtype="float32", content="golden"),
        "protocol": Protocol(name="custom", repeats=2, warm_up=10, samples=3),
        "repeats": repeats,
        "summary": summarize_samples([each.samples_ns for each in repeats]) if repeats else None,
    }
    return Measurement(**(facts | changes))
