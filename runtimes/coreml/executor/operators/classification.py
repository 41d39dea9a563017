"""The last operator of a classifier."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from .signatures import Label, Operator


def classify(probabilities: Tensor, classes: tuple[Label, ...]) -> tuple[Label, Mapping[Label, float]]:
    """The label with the largest score, and the score of each label. Equal scores: the first label.

    A label that occurs twice keeps its last score in the dictionary, but either may win.
    """
    scores = probabilities.flatten().tolist()
    best = max(range(len(scores)), key=scores.__getitem__)
    return classes[best], dict(zip(classes, scores, strict=True))


OPERATORS: dict[str, Operator] = {"classify": classify}
