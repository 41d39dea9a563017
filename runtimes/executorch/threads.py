"""ExecuTorch's thread pool: one for the whole process, shared by all open sessions with the same thread count.

XNNPACK keeps the address of the pool with which a program was loaded. Another thread count means another pool: the
first one is freed, and a program that was loaded with it would use freed memory.
"""

from __future__ import annotations

from functools import cache

from executorch.extension.pybindings import portable_lib

from cloformer.model import UsageError

_holders = 0
"""The number of open sessions that use the pool."""


def hold_pool(threads: int | None) -> int:
    """Register as a user of the pool and return its thread count; None accepts the current or the default count.

    Raises:
        UsageError: open sessions use a pool of another size.
    """
    global _holders  # noqa: PLW0603 - the pool is global to the process
    default = _default_threads()
    if _holders == 0:
        portable_lib._unsafe_reset_threadpool(threads or default)
    held: int = portable_lib._threadpool_get_thread_count()
    if threads not in (None, held):
        raise UsageError(
            f"ExecuTorch has one thread pool for all sessions, and open sessions use {held} threads, not {threads}",
            f"close them first, or open this session with {held} threads",
        )
    _holders += 1
    return held


def release_pool() -> None:
    """Undo one call of ``hold_pool``."""
    global _holders  # noqa: PLW0603
    _holders -= 1


@cache
def _default_threads() -> int:
    """Return the size that the runtime chose; the first call must precede any change of the size."""
    count: int = portable_lib._threadpool_get_thread_count()
    return count
