"""Running any artifact on image files, and reading its outputs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from cloformer.model import InputFileError, UsageError, load_image, normalize, preprocess
from cloformer.runtimes.bundle.manifest import EmbeddedFacts
from cloformer.runtimes.opening import import_runtime, open_artifact, resolve_artifact
from cloformer.runtimes.reading.drawing import draw
from cloformer.runtimes.reading.findings import READINGS, Finding, Reading
from cloformer.runtimes.session import Session, SessionInfo, run_all_in_batches


@dataclass(frozen=True)
class Prediction:
    """The findings in one image.

    Attributes:
        image: the image file.
        found: the findings, by descending score or size.
        milliseconds: the duration of this single run; not a benchmark.
        drawn: the saved image with the findings drawn over it, if requested.
    """

    image: Path
    found: tuple[Finding, ...]
    milliseconds: float
    drawn: Path | None = None


@dataclass(frozen=True)
class Predictions:
    """The results of ``cloformer-predict``.

    Attributes:
        artifact: the artifact that ran.
        reading: how its outputs were read.
        runtime: the runtime that ran it.
        import_milliseconds: the time that importing the runtime's libraries took.
        load_milliseconds: the time that opening the artifact took.
        trained: whether the weights are trained; False if the artifact says that they are random.
        images: the predictions, one per image.
    """

    artifact: Path
    reading: Reading
    runtime: SessionInfo
    import_milliseconds: float
    load_milliseconds: float
    trained: bool
    images: tuple[Prediction, ...]


def predict(
    artifact: Path,
    images: list[Path],
    top: int,
    threads: int | None,
    backend: str | None = None,
    draw_into: Path | None = None,
) -> Predictions:
    """Run an artifact, a checkpoint or a bundle on ``images``; with ``draw_into``, also draw the findings.

    Raises:
        InputFileError: an image or the artifact cannot be read, or the artifact does not describe its preprocessing.
        UsageError: ``top`` is not positive.
    """
    if top < 1:
        raise UsageError(f"--top must be at least 1, not {top}")
    sources = [load_image(path) for path in images]
    path = resolve_artifact(artifact)
    start = time.perf_counter()
    import_runtime(path, backend)
    import_milliseconds = 1e3 * (time.perf_counter() - start)
    start = time.perf_counter()
    with open_artifact(path, backend, threads) as session:
        load_milliseconds = 1e3 * (time.perf_counter() - start)
        facts = session.facts
        if facts is None:
            raise InputFileError(
                f"{path} does not say how to prepare its input, so it was not exported by this version",
                "export it again",
            )
        found = [
            _predict(session, facts, image_path, source, top, draw_into)
            for image_path, source in zip(images, sources, strict=True)
        ]
        trained = facts.model.weights.source != "random"
        reading = READINGS[facts.model.task]
        return Predictions(
            path, reading, session.describe(), import_milliseconds, load_milliseconds, trained, tuple(found)
        )


def _predict(
    session: Session, facts: EmbeddedFacts, path: Path, image: Image.Image, top: int, draw_into: Path | None
) -> Prediction:
    pixels = preprocess(image, facts.preprocessing)
    batch = pixels[np.newaxis]
    if facts.input.value_range is None:
        batch = normalize(batch, facts.preprocessing)
    start = time.perf_counter()
    outputs = {name: values[0] for name, values in run_all_in_batches(session, batch, facts.input.shape[0]).items()}
    milliseconds = 1e3 * (time.perf_counter() - start)
    found = READINGS[facts.model.task].read(outputs, facts, top)
    if draw_into is None:
        return Prediction(path, found, milliseconds)
    drawing = draw(pixels, outputs, found, facts)
    draw_into.mkdir(parents=True, exist_ok=True)
    drawn = draw_into / f"{path.stem}_{facts.model.task}.png"
    drawing.save(drawn)
    return Prediction(path, found, milliseconds, drawn)
