"""Each runtime starts the threads that it was asked for; ExecuTorch's one pool is never pulled from under a session."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import save_file

from cloformer.model import InputFileError, UsageError, create_model
from cloformer.runtimes import open_session

COUNT_THREADS = """
import sys
import numpy, psutil
from cloformer.runtimes import open_session

counts = []
for threads in (1, 3):
    with open_session(sys.argv[1], threads=threads) as session:
        session.run(numpy.zeros([length or 1 for length in session.shape], numpy.float32))
        counts.append(psutil.Process().num_threads())
print(counts[1] - counts[0])
"""
"""Prints how many more threads than one a session has started. It runs alone: pools of threads outlive sessions."""


@pytest.mark.parametrize("target", ["onnx", "coreml", "executorch", "pytorch"])
def test_a_runtime_starts_the_threads_that_it_was_asked_for(
    artifacts: dict[str, Path], tmp_path: Path, target: str
) -> None:
    path = tmp_path / "weights.safetensors" if target == "pytorch" else artifacts[target]
    if target == "pytorch":
        save_file(create_model("xxs", 10).state_dict(), path)
    done = subprocess.run([sys.executable, "-c", COUNT_THREADS, path], check=True, capture_output=True, text=True)
    assert int(done.stdout) == 2  # of three: the caller's own thread works too


def test_executorch_sessions_share_one_pool(artifacts: dict[str, Path], images: np.ndarray) -> None:
    path = artifacts["executorch"]
    with open_session(path, threads=2) as first, open_session(path, threads=2) as second, open_session(path) as third:
        assert {session.describe().threads for session in (first, second, third)} == {2}
        with pytest.raises(UsageError, match="open sessions use 2 threads, not 1"):
            open_session(path, threads=1)
        np.testing.assert_array_equal(first.run(images[:1]), second.run(images[:1]))
    with open_session(path, threads=1) as alone:
        assert alone.describe().threads == 1
    open_session(path, threads=2)  # and forgotten
    open_session(path, threads=1).close()


def test_a_file_that_executorch_refuses_holds_no_threads(artifacts: dict[str, Path], tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.pte"
    damaged.write_bytes(artifacts["executorch"].read_bytes()[:-9])
    with pytest.raises(InputFileError, match="ExecuTorch cannot load"):
        open_session(damaged, threads=2)
    open_session(artifacts["executorch"], threads=1).close()
