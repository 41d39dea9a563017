"""The last operator of a classifier."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from .signatures import Label, Operator


def classify(probabilities: Tensor, classes: tuple[Label, ...]) -> tuple[Label, Mapping[Label, float]]:
    """Return the label with the largest score, or the first of several, and label -> score.

    A label that occurs twice keeps its last score in the dictionary, but either of them may win.
    """
    scores = probabilities.flatten().tolist()
    best = max(range(len(scores)), key=scores.__getitem__)
    return classes[best], dict(zip(classes, scores, strict=True))


OPERATORS: dict[str, Operator] = {"classify": classify}
