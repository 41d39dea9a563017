"""The tasks that a network can perform, as data, with the paper's image sizes and class counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from .errors import UsageError
from .variants import IMAGENET_CLASSES

TaskName = Literal["classification", "features", "segmentation", "detection"]

OutputKind = Literal["logits", "feature_map", "class_map", "class_logits", "box_deltas", "boxes"]
"""The kinds of network outputs; runtimes/bundle/manifest.py lists their shapes."""

CLASSIFICATION: TaskName = "classification"

STAGES = (0, 1, 2, 3)
"""The indices of the body's stages, from stride 4 to stride 32."""


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        name: the value of ``--task``.
        title: the title of a network for this task.
        num_classes: the number of classes in the paper's data set; 0 if the task has no classes.
        data_set: the data set that the class names come from; None if the task has no classes.
        image_size: the side of a square input: the paper's, or for detection one that fits in a phone's memory.
        crops: whether an image's margins are cropped first, as for ImageNet; dense tasks see whole images.
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
"""Task name -> task, for every task."""

_TWO_STAGES = (
    "Mask R-CNN cuts a patch out of the features for each of a varying number of proposals, and no phone delegate has "
    "an operator for that (docs/dense-tasks.md)"
)


def parse_stages(text: str) -> tuple[int, ...]:
    """Return the stages that ``--out-indices`` names, such as ``0,2``.

    Raises:
        UsageError: it names no stage, or a stage that does not exist.
    """
    known = {str(stage): stage for stage in STAGES}
    return choose_stages([known.get(name.strip(), -1) for name in text.split(",")], text)


def choose_stages(stages: Sequence[int], asked: object) -> tuple[int, ...]:
    """Return ``stages`` sorted and without duplicates; ``asked`` is quoted in the error message.

    Raises:
        UsageError: the list is empty, or contains a stage that does not exist.
    """
    chosen = tuple(sorted(set(stages)))
    if not chosen or not set(chosen) <= set(STAGES):
        raise UsageError(f"there are no stages {asked!r}", f"choose from {', '.join(map(str, STAGES))}")
    return chosen


def find_task(name: str) -> Task:
    """Return the task called ``name``.

    Raises:
        UsageError: there is no such task, or no target supports it.
    """
    if name == "instances":
        raise UsageError(f"there is no export for instances: {_TWO_STAGES}", "choose --task detection or segmentation")
    if name not in TASKS:
        raise UsageError(f"there is no task {name!r}", f"choose one of {', '.join(TASKS)}")
    return TASKS[name]
