"""What the network can be asked: the tasks as data, with the paper's sizes and class counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from .errors import UsageError
from .variants import IMAGENET_CLASSES

TaskName = Literal["classification", "features", "segmentation", "detection"]

OutputKind = Literal["logits", "feature_map", "class_map", "class_logits", "box_deltas", "boxes"]
"""What an output of a network can be; runtimes/bundle/manifest.py has the shapes."""

CLASSIFICATION: TaskName = "classification"

STAGES = (0, 1, 2, 3)
"""Of the body, from stride 4 to stride 32."""


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        name: what ``--task`` calls it.
        title: of the network that does it.
        num_classes: of the data set that the paper uses; 0 where there are none.
        data_set: whose names its classes have; None where there are none.
        image_size: the paper's side of a square image, or for detection one that a phone can hold.
        crops: whether images lose their margins first, as ImageNet's do; a dense task sees whole images.
    """

    name: TaskName
    title: str
    num_classes: int
    data_set: str | None
    image_size: int
    crops: bool


TASKS: Mapping[str, Task] = MappingProxyType(
    {
        task.name: task
        for task in (
            Task("classification", "image classifier", IMAGENET_CLASSES, "imagenet", 224, crops=True),
            Task("features", "backbone", 0, None, 224, crops=True),
            Task("segmentation", "Semantic FPN", 150, "ade20k", 512, crops=False),
            Task("detection", "RetinaNet", 80, "coco", 512, crops=False),
        )
    }
)
"""Every task by name."""

_TWO_STAGES = (
    "Mask R-CNN cuts a patch out of the features for every proposal, as many as it finds, and no phone's delegate has "
    "an operator for that (docs/dense-tasks.md)"
)


def parse_stages(text: str) -> tuple[int, ...]:
    """Return the stages that ``--out-indices`` names, such as ``0,2``.

    Raises:
        UsageError: it names none, or one that there is not.
    """
    known = {str(stage): stage for stage in STAGES}
    return choose_stages([known.get(name.strip(), -1) for name in text.split(",")], text)


def choose_stages(stages: Sequence[int], asked: object) -> tuple[int, ...]:
    """Return ``stages`` in their order, each once; ``asked`` is how they were given.

    Raises:
        UsageError: there are none, or one that there is not.
    """
    chosen = tuple(sorted(set(stages)))
    if not chosen or not set(chosen) <= set(STAGES):
        raise UsageError(f"there are no stages {asked!r}", f"choose some of {', '.join(map(str, STAGES))}")
    return chosen


def find_task(name: str) -> Task:
    """Return the task called ``name``.

    Raises:
        UsageError: there is none, or no target can have it.
    """
    if name == "instances":
        raise UsageError(f"there is no export for instances: {_TWO_STAGES}", "choose --task detection or segmentation")
    if name not in TASKS:
        raise UsageError(f"there is no task {name!r}", f"choose one of {', '.join(TASKS)}")
    return TASKS[name]
