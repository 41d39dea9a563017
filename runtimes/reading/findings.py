"""The findings of a network in one image: classes, boxes, areas or maps, depending on its task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from cloformer.model.tasks import TaskName
from cloformer.runtimes.bundle.manifest import EmbeddedFacts
from cloformer.runtimes.session import LOGITS, Floats

from .boxes import read_boxes
from .masks import read_mask

Outputs = Mapping[str, Floats]
"""Output name -> output of one image, without the batch axis."""


@dataclass(frozen=True)
class Finding:
    """One class, box, area or map that was found.

    Attributes:
        label: the label of the class, or the name of the map.
        share: the probability, the score, or the share of the image that is covered; None for maps.
        corners: the corners x1, y1, x2, y2 of a box, in pixels of the network's input.
        shape: the shape of a map.
    """

    label: str
    share: float | None = None
    corners: tuple[float, float, float, float] | None = None
    shape: tuple[int, ...] | None = None

    def document(self, share_name: str) -> dict[str, object]:
        """Return the fields that are set, for ``--json``."""
        fields = {"label": self.label, share_name: self.share, "corners": self.corners, "shape": self.shape}
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True)
class Reading:
    """The way to extract findings from a task's outputs.

    Attributes:
        title: the title of the list of findings.
        share_name: the meaning of ``Finding.share``.
        read: a function that returns the first ``top`` findings for an image's outputs.
    """

    title: str
    share_name: str
    read: Callable[[Outputs, EmbeddedFacts, int], tuple[Finding, ...]]


def _classes(outputs: Outputs, facts: EmbeddedFacts, top: int) -> tuple[Finding, ...]:
    logits = outputs[LOGITS]
    exponentials = np.exp(logits.astype(np.float64) - logits.max())
    return _largest(exponentials / exponentials.sum(), facts.labels, top)


def _boxes(outputs: Outputs, facts: EmbeddedFacts, top: int) -> tuple[Finding, ...]:
    assert facts.boxes is not None
    _, _, height, width = facts.input.shape
    found = read_boxes(outputs["class_logits"], outputs["box_deltas"], facts.boxes, (height, width))
    return tuple(Finding(facts.labels[box.target], box.score, box.corners) for box in found[:top])


def _areas(outputs: Outputs, facts: EmbeddedFacts, top: int) -> tuple[Finding, ...]:
    mask = read_mask(outputs["class_map"])
    shares = np.bincount(mask.ravel(), minlength=len(facts.labels)) / mask.size
    return tuple(area for area in _largest(shares, facts.labels, top) if area.share)


def _maps(outputs: Outputs, _facts: EmbeddedFacts, _top: int) -> tuple[Finding, ...]:
    return tuple(Finding(name, shape=values.shape) for name, values in outputs.items())


def _largest(shares: NDArray[np.float64], labels: tuple[str, ...], top: int) -> tuple[Finding, ...]:
    order = np.argsort(-shares, kind="stable")[:top]
    return tuple(Finding(labels[index], float(shares[index])) for index in order)


READINGS: Mapping[TaskName, Reading] = MappingProxyType(
    {
        "classification": Reading("classes", "probability", _classes),
        "detection": Reading("boxes", "score", _boxes),
        "segmentation": Reading("areas", "share", _areas),
        "features": Reading("maps", "share", _maps),
    }
)
"""Task name -> the way to extract findings from its outputs."""
