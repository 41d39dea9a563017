"""Times and memory of the stages of an export."""

from __future__ import annotations

import time

import numpy as np
import pytest

from cloformer.export.stages import PeakMemory, Stages


def test_a_listener_hears_each_stage_begin_and_end() -> None:
    heard: list[tuple[str, float | None]] = []
    stages = Stages(lambda name, seconds: heard.append((name, seconds)))
    with stages.stage("sleep"):
        time.sleep(0.05)
    assert [name for name, _ in heard] == ["sleep", "sleep"]
    assert heard[0][1] is None and heard[1][1] == stages.seconds["sleep"] >= 0.05


def test_a_failed_stage_is_named_and_not_timed() -> None:
    stages = Stages()
    with pytest.raises(ValueError, match="broken"), stages.stage("break"):
        raise ValueError("broken")
    assert (stages.current, stages.seconds) == ("break", {})


def test_peak_memory_sees_what_was_freed_again() -> None:
    with PeakMemory() as memory:
        block = np.ones(200 * 2**20 // 8)
        time.sleep(0.1)
        held = memory.megabytes
        del block
    assert memory.megabytes >= held > 200
