"""Running an artifact on labeled images, and the share that it classifies correctly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from cloformer.model import InputFileError, normalize, preprocess
from cloformer.runtimes import Session
from cloformer.runtimes.session import Floats, run_in_batches

from .journal import Classes, Journal
from .labeled_images import LabeledImage

_CHUNK = 16
"""Number of images between two writes of the journal, and the most that a killed run loses."""

_TOP = 5


@dataclass(frozen=True)
class Accuracy:
    """The accuracy of an artifact on a set of images.

    Attributes:
        images: number of images that were judged.
        unreadable: number of files that could not be read as images; they are not judged.
        top1: share of images whose most probable class is correct.
        top5: share of images whose class is among the five most probable.
        low: lower end of the 95 % interval of ``top1`` (Wilson's).
        high: upper end of the 95 % interval of ``top1``.
        agreement: share of images with the same most probable class as the reference; None without a reference.
    """

    images: int
    unreadable: int
    top1: float
    top5: float
    low: float
    high: float
    agreement: float | None


def predict_all(session: Session, images: Sequence[LabeledImage], journal: Journal, tell: Callable[[int], None]) -> int:
    """Add predictions for the images missing from ``journal``, and return the number of unreadable files."""
    unreadable = 0
    missing = [image for image in images if image.name not in journal.predictions]
    tell(len(images) - len(missing))
    for chunk in _chunks(missing):
        readable = [(image.name, pixels) for image in chunk for pixels in _pixels(image, session)]
        unreadable += len(chunk) - len(readable)
        if readable:
            logits = run_in_batches(session, np.stack([pixels for _, pixels in readable]), session.shape[0])
            journal.add((name, _most_probable(row)) for (name, _), row in zip(readable, logits, strict=True))
        tell(len(chunk))
    return unreadable


def summarize(
    images: Sequence[LabeledImage], found: Mapping[str, Classes], reference: Mapping[str, Classes] | None
) -> Accuracy:
    """Return the accuracy of predictions and, with those of a reference, how often both agree.

    Raises:
        InputFileError: no image could be read.
    """
    judged = [(image, found[image.name]) for image in images if image.name in found]
    if not judged:
        raise InputFileError("none of the images can be read", "give JPEG, PNG or WebP files")
    count = len(judged)
    right = sum(image.target == classes[0] for image, classes in judged)
    interval = binomtest(right, count).proportion_ci(method="wilson")
    same = None if reference is None else sum(reference[image.name][0] == classes[0] for image, classes in judged)
    return Accuracy(
        images=count,
        unreadable=len(images) - count,
        top1=right / count,
        top5=sum(image.target in classes for image, classes in judged) / count,
        low=float(interval.low),
        high=float(interval.high),
        agreement=None if same is None else same / count,
    )


def _chunks(images: Sequence[LabeledImage]) -> Iterator[Sequence[LabeledImage]]:
    return (images[start : start + _CHUNK] for start in range(0, len(images), _CHUNK))


def _pixels(image: LabeledImage, session: Session) -> list[Floats]:
    """Return the image as the artifact expects it in a list, which is empty if the image cannot be read."""
    facts = session.facts
    assert facts is not None
    try:
        pixels = preprocess(image.load(), facts.preprocessing)
    except InputFileError:
        return []
    return [pixels if facts.input.value_range else normalize(pixels[np.newaxis], facts.preprocessing)[0]]


def _most_probable(logits: Floats) -> Classes:
    return tuple(int(index) for index in np.argsort(-logits, kind="stable")[:_TOP])
