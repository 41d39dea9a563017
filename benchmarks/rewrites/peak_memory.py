"""The largest resident memory of a process that opens one artifact and runs it three times.

Run as ``python -m cloformer.benchmarks.rewrites.peak_memory ARTIFACT HEIGHT WIDTH``. A process of its own for each,
and no timing in it: memory that was once taken is rarely given back.
"""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np

from cloformer.export.stages import PeakMemory
from cloformer.model import ConversionError

_RUNS = 3


def peak_memory_mb(artifact: Path, size: tuple[int, int]) -> float:
    """Return the peak in MiB above what the runtime itself takes before it opens the artifact.

    Raises:
        ConversionError: the child failed.
    """
    command = [sys.executable, "-m", __name__, str(artifact), *map(str, size)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ConversionError(f"measuring the memory failed: {last}", "run it again with --verbose")
    return float(done.stdout.split()[-1])


def _measure(artifact: str, height: int, width: int) -> float:
    import psutil  # noqa: PLC0415

    from cloformer.runtimes import open_session  # noqa: PLC0415
    from cloformer.runtimes.open_session import find_runtime  # noqa: PLC0415

    import_module(f"cloformer.runtimes.{find_runtime(Path(artifact)).module}")
    process = psutil.Process()
    before: int = process.memory_info().rss
    with PeakMemory() as memory, open_session(artifact, threads=1) as session:
        for _ in range(_RUNS):
            session.run(np.zeros((1, 3, height, width), dtype=np.float32))
    return memory.megabytes - before / 2**20


if __name__ == "__main__":
    print(_measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
