"""The protocols of a measurement: how many samples and repeats it has."""

from __future__ import annotations

from cloformer.benchmarks.records.parts import Protocol

DEFAULT = Protocol(name="default", repeats=3, warm_up=10, samples=50)

RIGOROUS = Protocol(name="rigorous", repeats=1, warm_up=10, samples=1024, seconds=60)
"""MLPerf Inference's single-stream rule: at least 1,024 samples and 60 seconds, judged by the 90th percentile."""


def customize(base: Protocol, repeats: int | None, warm_up: int | None, samples: int | None) -> Protocol:
    """Return ``base`` with the given values replaced; if that changes anything, its name becomes ``custom``."""
    given = {"repeats": repeats, "warm_up": warm_up, "samples": samples}
    changed = base.model_copy(update={name: value for name, value in given.items() if value is not None})
    return base if changed == base else changed.model_copy(update={"name": "custom"})
