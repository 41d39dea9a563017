"""Classifying image files with any artifact."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from cloformer.model import InputFileError, UsageError, load_image, normalize, preprocess

from .manifest import EmbeddedFacts
from .open_session import open_artifact, resolve_artifact
from .session import Floats, Session, SessionInfo, run_in_batches


@dataclass(frozen=True)
class Prediction:
    """The most probable classes of one image.

    Attributes:
        image: the file.
        classes: (label, probability), the most probable first.
        milliseconds: of the one run that gave them; not a benchmark.
    """

    image: Path
    classes: tuple[tuple[str, float], ...]
    milliseconds: float


@dataclass(frozen=True)
class Predictions:
    """What ``cloformer-predict`` found.

    Attributes:
        artifact: the file that ran.
        runtime: who ran it.
        load_milliseconds: for opening the artifact.
        trained: False where the artifact says that its weights are random.
        images: one prediction an image.
    """

    artifact: Path
    runtime: SessionInfo
    load_milliseconds: float
    trained: bool
    images: tuple[Prediction, ...]


def predict(
    artifact: Path, images: list[Path], top: int, threads: int | None, backend: str | None = None
) -> Predictions:
    """Classify ``images`` with an artifact, a checkpoint or a bundle.

    Raises:
        InputFileError: an image or the artifact cannot be read, or the artifact says nothing of its preprocessing.
        UsageError: ``top`` is not positive.
    """
    if top < 1:
        raise UsageError(f"--top must be at least 1, not {top}")
    sources = [load_image(path) for path in images]
    path = resolve_artifact(artifact)
    start = time.perf_counter()
    with open_artifact(path, backend, threads) as session:
        load_milliseconds = 1e3 * (time.perf_counter() - start)
        facts = session.facts
        if facts is None:
            raise InputFileError(
                f"{path} does not say how to prepare its input",
                "it was not exported by this version: export it again",
            )
        found = [
            _predict(session, facts, image_path, source, top)
            for image_path, source in zip(images, sources, strict=True)
        ]
        trained = facts.model.weights.source != "random"
        return Predictions(path, session.describe(), load_milliseconds, trained, tuple(found))


def _predict(session: Session, facts: EmbeddedFacts, path: Path, image: Image.Image, top: int) -> Prediction:
    batch = preprocess(image, facts.preprocessing)[np.newaxis]
    if facts.input.value_range is None:
        batch = normalize(batch, facts.preprocessing)
    start = time.perf_counter()
    logits = run_in_batches(session, batch, facts.input.shape[0])[0]
    milliseconds = 1e3 * (time.perf_counter() - start)
    return Prediction(path, _most_probable(logits, facts.labels, top), milliseconds)


def _most_probable(logits: Floats, labels: tuple[str, ...], top: int) -> tuple[tuple[str, float], ...]:
    exponentials = np.exp(logits.astype(np.float64) - logits.max())
    probabilities = exponentials / exponentials.sum()
    order = np.argsort(-probabilities, kind="stable")[:top]
    return tuple((labels[index], float(probabilities[index])) for index in order)
