"""Which tests there are and in which tier each runs, as pytest collected them.

The default tier is what ``pytest`` runs. ``nightly`` holds what takes longer, ``device`` what needs a phone or a Mac.
"""

from __future__ import annotations

from pathlib import Path

import pytest

DEFAULT, NIGHTLY, DEVICE = "default", "nightly", "device"

TierOfTest = dict[str, str]
"""A pytest node id -> ``default``, ``nightly`` or ``device``."""

_TESTS = pytest.StashKey[TierOfTest]()


def remember_tests(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what was collected, before a marker expression takes tests away."""
    config.stash[_TESTS] = {item.nodeid: _tier(item) for item in items}


def collected_everything(config: pytest.Config) -> bool:
    """Whether the whole folder of tests was asked for, not some of its files."""
    asked = {Path(config.invocation_params.dir, argument).resolve() for argument in config.args}
    return Path(__file__).parent in asked


def collected_tests(config: pytest.Config) -> TierOfTest:
    """Every test that was collected, whether it is selected or not."""
    return config.stash[_TESTS]


def _tier(item: pytest.Item) -> str:
    marked = [tier for tier in (NIGHTLY, DEVICE) if item.get_closest_marker(tier)]
    return marked[0] if marked else DEFAULT
