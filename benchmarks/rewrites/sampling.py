"""Timing artifacts side by side, in a process of its own that has done nothing else.

Run as ``python -m cloformer.benchmarks.rewrites.sampling``; the order comes on standard input, the samples leave on
standard output, both JSON. Every round runs each artifact once, and the machine's own matrix product once, so that a
disturbance meets all of them alike.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from cloformer.model import ConversionError

_WARM_UP = 10
_PAUSE_SECONDS = 0.01
"""Between samples of several threads: a runtime's idle threads spin for a while, and would slow the next one down."""

MATRIX_SIDE = 1024
"""Of the product that stands for what the machine can do."""


@dataclass(frozen=True)
class Samples:
    """Seconds of one inference each, by artifact in the order given, and of one matrix product.

    Attributes:
        artifacts: one list an artifact, one entry a round.
        matrix_product: of 1024 x 1024 by 1024 x 1024 in float32, in PyTorch.
    """

    artifacts: list[list[float]]
    matrix_product: list[float]


def sample(artifacts: list[Path], size: tuple[int, int], threads: int, rounds: int) -> Samples:
    """Time ``artifacts`` of one runtime, interleaved, in a child process.

    Raises:
        ConversionError: the child failed.
    """
    order = {"artifacts": [str(path) for path in artifacts], "size": size, "threads": threads, "rounds": rounds}
    done = subprocess.run(
        [sys.executable, "-m", __name__], input=json.dumps(order), capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ConversionError(f"timing failed: {last}", "run it again with --verbose")
    return Samples(**json.loads(done.stdout.splitlines()[-1]))


def _run(order: dict[str, object]) -> Samples:
    import torch  # noqa: PLC0415 - after the thread count is known

    from cloformer.runtimes import open_session  # noqa: PLC0415

    threads, rounds, size = int(str(order["threads"])), int(str(order["rounds"])), order["size"]
    assert isinstance(size, list) and isinstance(order["artifacts"], list)
    torch.set_num_threads(threads)
    image = np.random.default_rng(0).random((1, 3, *size), dtype=np.float32)
    matrix = torch.rand(MATRIX_SIDE, MATRIX_SIDE)
    product = torch.empty_like(matrix)
    with ExitStack() as stack:
        sessions = [stack.enter_context(open_session(path, threads=threads)) for path in order["artifacts"]]
        jobs: list[Callable[[], object]] = [partial(session.run, image) for session in sessions]
        jobs.append(partial(torch.mm, matrix, matrix, out=product))
        for job in jobs:
            for _ in range(_WARM_UP):
                job()
        seconds: list[list[float]] = [[] for _ in jobs]
        for _ in range(rounds):
            for job, times in zip(jobs, seconds, strict=True):
                if threads > 1:
                    time.sleep(_PAUSE_SECONDS)
                start = time.perf_counter()
                job()
                times.append(time.perf_counter() - start)
    return Samples(seconds[:-1], seconds[-1])


if __name__ == "__main__":
    print(json.dumps(asdict(_run(json.loads(sys.stdin.read())))))
