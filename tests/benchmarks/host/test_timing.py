"""Timing one repeat of a real artifact in its real runtime, in its own process."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.benchmarks.host.timing import TimingOrder, time_repeat
from cloformer.benchmarks.records.parts import Protocol
from cloformer.model import ConversionError, InputFileError
from tests.benchmarks.host.conftest import QUICK
from tests.commands.small_artifacts import SHAPE


def order(artifact: Path, protocol: Protocol = QUICK) -> TimingOrder:
    return TimingOrder(
        artifact=str(artifact), shape=(1, 3, 32, 32), backend=None, threads=1, protocol=protocol, index=1
    )


def test_a_repeat_has_the_loads_and_the_samples_that_were_asked_for(onnx_file: Path) -> None:
    repeat = time_repeat(order(onnx_file))
    assert SHAPE == (1, 3, 32, 32)
    assert repeat.index == 1
    assert len(repeat.samples_ns) == 5
    assert repeat.load.cold_ns > 0
    assert repeat.load.warm_ns > 0
    assert all(1_000 < each < 1_000_000_000 for each in repeat.samples_ns)


def test_samples_go_on_until_they_fill_the_time(onnx_file: Path) -> None:
    repeat = time_repeat(order(onnx_file, QUICK.model_copy(update={"samples": 1, "seconds": 0.05})))
    assert len(repeat.samples_ns) > 1
    assert sum(repeat.samples_ns) >= 0.05e9


def test_an_artifact_that_does_not_open_is_named(tmp_path: Path) -> None:
    damaged = tmp_path / "model.onnx"
    damaged.write_bytes(b"no graph")
    with pytest.raises(InputFileError, match=r"cannot load .*model\.onnx"):
        time_repeat(order(damaged))


def test_a_child_that_crashes_is_an_error(onnx_file: Path) -> None:
    with pytest.raises(ConversionError, match="ended with code 1"):
        time_repeat(order(onnx_file, QUICK.model_copy(update={"pinned": (9999,)})))
