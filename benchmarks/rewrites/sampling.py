"""Timing artifacts in turns, in a fresh child process.

Run as ``python -m cloformer.benchmarks.rewrites.sampling``, it reads the order from standard input and writes the
samples to standard output, both as JSON. The artifacts take turns with the machine's own matrix product, so that a
disturbance affects all of them equally. Only one is open at a time, because ONNX Runtime's idle threads spin for long:
three open sessions of two threads each slowed a matrix product on two cores from 60 to 23 billion multiply-adds per
second.
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
"""Number of samples that an artifact takes before it is the next one's turn."""

MATRIX_SIDE = 1024
"""Side of the square matrices whose product indicates what the machine can do."""


@dataclass(frozen=True)
class Samples:
    """Times in seconds, of single inferences and of single matrix products.

    Attributes:
        artifacts: one list per artifact, in the given order, with one inference time per round.
        matrix_product: times to multiply two 1024 x 1024 float32 matrices in PyTorch.
    """

    artifacts: list[list[float]]
    matrix_product: list[float]


def sample(artifacts: list[Path], size: tuple[int, int], threads: int, rounds: int) -> Samples:
    """Time ``artifacts`` of one runtime in turns, in a child process.

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
