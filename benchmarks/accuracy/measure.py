"""Running an artifact on labeled images, and what share of them it names right."""

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
"""Images between two writes of the journal: what a killed run loses at most."""

_TOP = 5


@dataclass(frozen=True)
class Accuracy:
    """What an artifact makes of a set of images.

    Attributes:
        images: how many were judged.
        unreadable: how many files are no readable images; they are not judged.
        top1: share whose most probable class is right.
        top5: share whose class is among the five most probable.
        low: lower end of top1's interval of 95 % (Wilson's).
        high: its upper end.
        agreement: share with the reference's most probable class; null without a reference.
    """

    images: int
    unreadable: int
    top1: float
    top5: float
    low: float
    high: float
    agreement: float | None


def predict_all(session: Session, images: Sequence[LabeledImage], journal: Journal, tell: Callable[[int], None]) -> int:
    """Add to ``journal`` what ``session`` says of the images that it lacks; returns how many files are unreadable."""
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
    """Judge predictions; with a reference's, also how often both name the same class.

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
    """Return the image as the artifact takes it; nothing where it cannot be read."""
    facts = session.facts
    assert facts is not None
    try:
        pixels = preprocess(image.load(), facts.preprocessing)
    except InputFileError:
        return []
    return [pixels if facts.input.value_range else normalize(pixels[np.newaxis], facts.preprocessing)[0]]


def _most_probable(logits: Floats) -> Classes:
    return tuple(int(index) for index in np.argsort(-logits, kind="stable")[:_TOP])
