"""Class names: from the task's data set, from a user's file, or plain numbers."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from .demo import DEMO_LABELS, is_demo
from .errors import InputFileError
from .tasks import CLASSIFICATION, TASKS

_WANTED = "use a UTF-8 text file with one class name per line, in the order of the logits"


def default_labels(num_classes: int, checkpoint: str | Path | None = None, task: str = CLASSIFICATION) -> list[str]:
    """Return the demo's digits, the names of the task's data set if the count matches, or ``class 0``, ``class 1``, ...

    ImageNet's names are in the order of WordNet ids, the others in OpenMMLab's order.
    """
    if num_classes and is_demo(checkpoint):
        return list(DEMO_LABELS)
    asked = TASKS[task]
    if asked.data_set and num_classes == asked.num_classes:
        file = resources.files("cloformer.model").joinpath(f"{asked.data_set}_labels.txt")
        return file.read_text("utf-8").splitlines()
    return [f"class {i}" for i in range(num_classes)]


def read_labels(path: Path, num_classes: int) -> list[str]:
    """Read a text file with one class name per line.

    Raises:
        InputFileError: the file cannot be read, has an empty line, or does not have ``num_classes`` lines.
    """
    try:
        labels = path.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise InputFileError(f"cannot read the labels {path}: {error.strerror}", _WANTED) from error
    except UnicodeDecodeError as error:
        raise InputFileError(f"the labels {path} are not UTF-8 text", _WANTED) from error
    empty = [number for number, label in enumerate(labels, start=1) if not label.strip()]
    if empty:
        raise InputFileError(f"line {empty[0]} of {path} is empty", _WANTED)
    if len(labels) != num_classes:
        raise InputFileError(f"{path} names {len(labels)} classes; the model has {num_classes}", _WANTED)
    return labels
