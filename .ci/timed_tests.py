"""Runs the tests and fails when they take longer than their budget on this machine: ``timed_tests.py COMMAND...``.

The budget is for the machine that ``LOOP_SECONDS`` was measured on; a slower one gets more in proportion, so that the
check means the same everywhere.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor

BUDGET_SECONDS = 15 * 60
WORKERS = 2
LOOP_SECONDS = 0.4
"""The time of the loop on an idle AMD EPYC with AVX-512 VNNI, 2 cores."""

_STEPS = 4_000_000
_REPEATS = 3


def loop_seconds() -> float:
    """Time a fixed loop of interpreted Python, which most of the tests' time is, on as many cores as the tests have."""
    with ProcessPoolExecutor(WORKERS) as pool:
        return min(max(pool.map(_time_loop, range(WORKERS))) for _ in range(_REPEATS))


def _time_loop(_worker: int) -> float:
    start = time.perf_counter()
    found: dict[int, str] = {}
    for number in range(_STEPS):
        found[number % 4096] = str(number)
    return time.perf_counter() - start


def main(command: list[str]) -> int:
    """Run ``command``; returns its exit code, or 1 where it was right and over the budget."""
    before = loop_seconds()
    start = time.monotonic()
    code = subprocess.run(command, check=False).returncode
    taken = time.monotonic() - start
    slowness = max(before, loop_seconds()) / LOOP_SECONDS  # other work may slow the machine down meanwhile
    budget = BUDGET_SECONDS * slowness
    print(f"The tests took {taken / 60:.1f} of {budget / 60:.1f} minutes (15, times {slowness:.2f} for this machine).")
    if code == 0 and taken > budget:
        print("They are over their budget: docs/testing.md says what to do.", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
