"""ExecuTorch's threads: one pool for the whole process, in which sessions of one thread count at a time may share.

XNNPACK keeps the address of the pool with which a program was loaded, and another thread count means another pool:
the first is freed, and a program that was loaded with it would run on freed memory.
"""

from __future__ import annotations

from functools import cache

from executorch.extension.pybindings import portable_lib

from cloformer.model import UsageError

_holders = 0
"""How many open sessions use the pool."""


def hold_pool(threads: int | None) -> int:
    """Take part in the pool and return its thread count; None takes the pool as it is, or as the runtime makes it.

    Raises:
        UsageError: open sessions hold a pool of another size.
    """
    global _holders  # noqa: PLW0603 - the pool that it counts is the process's
    default = _default_threads()
    if _holders == 0:
        portable_lib._unsafe_reset_threadpool(threads or default)
    held: int = portable_lib._threadpool_get_thread_count()
    if threads not in (None, held):
        raise UsageError(
            f"ExecuTorch has one pool of threads for all sessions, and open ones hold {held}, not {threads}",
            f"close them first, or open this one with {held}",
        )
    _holders += 1
    return held


def release_pool() -> None:
    """Give up a part that ``hold_pool`` gave."""
    global _holders  # noqa: PLW0603
    _holders -= 1


@cache
def _default_threads() -> int:
    """Return the size that the runtime chose; the first call comes before any other is asked for."""
    count: int = portable_lib._threadpool_get_thread_count()
    return count
