"""Labeled images: one folder per class, like ImageNet's validation set, or the demo's held-out digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PIL import Image

from cloformer.model import InputFileError, load_image
from cloformer.model.demo import DEMO, DEMO_LABELS

_WANTED = "give a folder that contains one folder of images for each class"


@dataclass(frozen=True)
class LabeledImage:
    """One image and its class.

    Attributes:
        name: name that is unique within the set of images.
        target: index of the class among the logits.
        load: function that reads the image, upright and in RGB, or raises InputFileError.
    """

    name: str
    target: int
    load: Callable[[], Image.Image]


def find_labeled_images(source: Path, labels: Sequence[str]) -> list[LabeledImage]:
    """Return the images of ``source`` in the order of their names.

    Args:
        source: folder with one folder of images per class, or ``demo``.
        labels: labels of the model, in the order of its logits. Folders are matched to labels by name if all names fit.
            Otherwise, if there are as many folders as labels, they are matched in the order of their names (ImageNet's
            WordNet ids).

    Raises:
        InputFileError: there are no such folders, or their classes are not the model's.
    """
    if str(source) == DEMO:
        return _held_out_digits(labels)
    folders = sorted(path for path in source.iterdir() if path.is_dir()) if source.is_dir() else []
    if not folders:
        raise InputFileError(f"there are no labeled images in {source}", _WANTED)
    suffixes = frozenset(Image.registered_extensions())
    images = [
        LabeledImage(f"{folder.name}/{path.relative_to(folder)}", target, partial(load_image, path))
        for folder, target in _targets(source, folders, labels)
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in suffixes
    ]
    if not images:
        raise InputFileError(f"the folders of {source} contain no images", _WANTED)
    return images


def _targets(source: Path, folders: list[Path], labels: Sequence[str]) -> list[tuple[Path, int]]:
    names = [folder.name for folder in folders]
    if set(names) <= set(labels):
        return [(folder, list(labels).index(folder.name)) for folder in folders]
    if len(names) == len(labels):
        return [(folder, index) for index, folder in enumerate(folders)]
    stranger = next(name for name in names if name not in labels)
    raise InputFileError(
        f"the classes of {source} are not the model's: {len(names)} folders for {len(labels)} classes, "
        f"and {stranger!r} is not one of its labels",
        "name the folders after the labels, or give one for each class",
    )


def _held_out_digits(labels: Sequence[str]) -> list[LabeledImage]:
    from cloformer.model.demo.digits import load_splits  # noqa: PLC0415 - takes a second, and only the demo needs it

    if tuple(labels) != DEMO_LABELS:
        raise InputFileError("the demo's images are ten digits, but the model has other classes", _WANTED)
    held_out = load_splits()[1]
    return [
        LabeledImage(f"digit {index}", int(target), partial(image.convert, "RGB"))
        for index, (image, target) in enumerate(zip(held_out.images(), held_out.targets, strict=True))
    ]
