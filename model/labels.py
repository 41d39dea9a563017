"""Class names: ImageNet's, a user's file, or plain numbers."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from .demo import DEMO_LABELS, is_demo
from .errors import InputFileError
from .variants import IMAGENET_CLASSES

_WANTED = "give a UTF-8 text file with one class name a line, in the order of the logits"


def imagenet_labels() -> list[str]:
    """Return the names of ImageNet's 1,000 classes, in the usual order (sorted WordNet ids)."""
    text = resources.files("cloformer.model").joinpath("imagenet_labels.txt").read_text("utf-8")
    return text.splitlines()


def default_labels(num_classes: int, checkpoint: str | Path | None = None) -> list[str]:
    """Return the demo's digits, ImageNet's names for 1,000 classes, else ``class 0``, ``class 1`` and so on."""
    if is_demo(checkpoint):
        return list(DEMO_LABELS)
    return imagenet_labels() if num_classes == IMAGENET_CLASSES else [f"class {i}" for i in range(num_classes)]


def read_labels(path: Path, num_classes: int) -> list[str]:
    """Read a text file with one class name a line.

    Raises:
        InputFileError: the file cannot be read, or has an empty line or another number of lines than ``num_classes``.
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
