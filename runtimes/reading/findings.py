"""What a network says of one image, by its task: classes, boxes, areas or maps."""

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
"""Of one image, by name and without the batch."""


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    Attributes:
        label: of its class; the name of a map.
        share: its probability, its score, or the share of the image that it covers; None for maps.
        corners: x1, y1, x2, y2 of a box, in pixels of the network's input.
        shape: of a map.
    """

    label: str
    share: float | None = None
    corners: tuple[float, float, float, float] | None = None
    shape: tuple[int, ...] | None = None

    def document(self, share_name: str) -> dict[str, object]:
        """For ``--json``, with what there is."""
        fields = {"label": self.label, share_name: self.share, "corners": self.corners, "shape": self.shape}
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True)
class Reading:
    """How a task's outputs are read.

    Attributes:
        title: of the list of findings.
        share_name: what ``Finding.share`` is.
        read: from the outputs to the findings, the first ``top`` of them.
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
"""By task."""
