"""The bound of ``--search``: ``cosine=0.999`` or ``accuracy=0.5``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from cloformer.model import UsageError

Metric = Literal["cosine", "accuracy"]

_WANTED = "give cosine=0.999 (the smallest that is allowed) or accuracy=0.5 (points that may be lost)"


@dataclass(frozen=True)
class Bound:
    """The accuracy that a quantized network must keep.

    Attributes:
        metric: ``cosine``, the smallest of any image's logits with the reference's; or ``accuracy``.
        value: the smallest cosine, or the most points of accuracy that may be lost.
    """

    metric: Metric
    value: float


def parse_bound(text: str) -> Bound:
    """Read ``cosine=0.999`` or ``accuracy=0.5``.

    Raises:
        UsageError: the text is neither, or no network can keep that value.
    """
    found = re.fullmatch(r"(cosine|accuracy)=([0-9.]+)", text.strip())
    try:
        value = float(found[2]) if found else -1.0
    except ValueError:
        value = -1.0
    if found is None or not 0 < value < (1 if found[1] == "cosine" else 100):
        raise UsageError(f"--search cannot be {text!r}", _WANTED)
    return Bound(cast("Metric", found[1]), value)
