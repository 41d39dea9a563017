"""Timing artifacts side by side, in a process of its own that has done nothing else.

Run as ``python -m cloformer.benchmarks.rewrites.sampling``; the order comes on standard input, the samples leave on
standard output, both JSON. The artifacts take turns, and so does the machine's own matrix product, so that a
disturbance meets all of them alike. Only one is open at a time: ONNX Runtime's idle threads spin for long, and three
open sessions of two threads each took a matrix product on two cores from 60 to 23 billion multiply-adds a second.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from cloformer.model import ConversionError
from cloformer.runtimes import open_session

_WARM_UP = 10
_TURN = 10
"""Samples before the next artifact's turn."""

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


def _run(order: dict[str, Any]) -> Samples:
    import torch  # noqa: PLC0415 - only the child needs it

    threads, rounds, size = order["threads"], order["rounds"], order["size"]
    torch.set_num_threads(threads)
    image = np.random.default_rng(0).random((1, 3, *size), dtype=np.float32)
    matrix = torch.rand(MATRIX_SIDE, MATRIX_SIDE)
    seconds: list[list[float]] = [[] for _ in order["artifacts"]]
    products: list[float] = []
    for start in range(0, rounds, _TURN):
        count = min(_TURN, rounds - start)
        for path, times in zip(order["artifacts"], seconds, strict=True):
            with open_session(path, threads=threads) as session:
                times.extend(_take_turn(partial(session.run, image), count))
        products += _take_turn(partial(torch.mm, matrix, matrix), count)
    return Samples(seconds, products)


def _take_turn(job: Callable[[], object], count: int) -> list[float]:
    for _ in range(_WARM_UP):
        job()
    times = []
    for _ in range(count):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return times


if __name__ == "__main__":
    print(json.dumps(asdict(_run(json.loads(sys.stdin.read())))))
