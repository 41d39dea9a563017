"""Records of CloFormer and its peers with times chosen by the tests."""

from __future__ import annotations

from typing import Any

from cloformer.benchmarks.peers.published import find_published
from cloformer.benchmarks.records import Measurement
from tests.benchmarks.records.records import MEMORY, record, repeat

BASE = record(repeat())


def measured(
    network: str,
    milliseconds: float,
    *,
    precision: str = "fp32",
    form: str | None = None,
    multiply_adds: float | None = None,
    **changes: Any,  # noqa: ANN401 - any field
) -> Measurement:
    """Return a record of ``"Family variant"``, by default with the published multiply-adds."""
    family, _, variant = network.partition(" ")
    published = find_published(family, variant)
    billions = multiply_adds or (published.multiply_adds if published else None)
    facts: dict[str, Any] = {
        "case": f"{network} {precision} {form}, {changes.get('runtime', BASE.runtime).threads}",
        "model": BASE.model.model_copy(
            update={
                "family": family,
                "variant": variant,
                "multiply_adds": round(billions * 1e9) if billions else None,
            }
        ),
        "artifact": BASE.artifact.model_copy(update={"precision": precision, "form": form}),
        "memory": MEMORY,
    }
    return record(repeat(0, [milliseconds] * 5), **(facts | changes))


CLOFORMER = (measured("CloFormer xxs", 10), measured("CloFormer xs", 14.5), measured("CloFormer s", 20.4))
"""Records with times in the same proportion as on the paper's V100."""
