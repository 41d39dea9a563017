"""Shares of correct predictions, the journal of an interrupted run, and unreadable images."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cloformer.benchmarks.accuracy.journal import Journal
from cloformer.benchmarks.accuracy.labeled_images import LabeledImage
from cloformer.benchmarks.accuracy.measure import predict_all, summarize
from cloformer.model import InputFileError, create_model
from cloformer.runtimes import Session
from cloformer.runtimes.pytorch.session import PyTorchSession


@pytest.fixture(scope="module")
def session() -> PyTorchSession:
    return PyTorchSession(create_model("xxs", num_classes=10), (32, 32), threads=1)


def images(count: int) -> list[LabeledImage]:
    generator = np.random.default_rng(0)
    pictures = [Image.fromarray(generator.integers(0, 256, (40, 40, 3), dtype=np.uint8)) for _ in range(count)]
    return [LabeledImage(f"{index}", index % 10, lambda p=picture: p) for index, picture in enumerate(pictures)]


def unreadable() -> Image.Image:
    raise InputFileError("broken.png cannot be read as an image")


def test_shares_and_their_interval() -> None:
    """Three of four are correct; Wilson's interval for 3 of 4 is 30 to 95 % (Wilson 1927, as in R's prop.test)."""
    found = {"0": (0, 5), "1": (1, 5), "2": (2, 5), "3": (5, 3)}

    accuracy = summarize(images(4), found, {**found, "3": (3, 5)})

    assert (accuracy.images, accuracy.top1, accuracy.top5, accuracy.agreement) == (4, 0.75, 1.0, 0.75)
    assert accuracy.low == pytest.approx(0.3006, abs=1e-4)
    assert accuracy.high == pytest.approx(0.9544, abs=1e-4)


def test_a_run_that_was_killed_goes_on(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "predictions.jsonl"
    wanted = images(20)
    whole = Journal(path)
    predict_all(session, wanted, whole, lambda _: None)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:7]) + lines[7][:5])  # killed in the middle of the eighth line
    done: list[int] = []

    resumed = Journal(path)
    predict_all(session, wanted, resumed, done.append)

    assert resumed.predictions == whole.predictions
    assert done == [7, 13]
    assert [json.loads(line)["image"] for line in path.read_text().splitlines()] == [str(index) for index in range(20)]


def test_unreadable_images_are_counted_and_not_judged(session: Session, tmp_path: Path) -> None:
    mixed = [*images(3), LabeledImage("broken", 0, unreadable)]
    journal = Journal(tmp_path / "predictions.jsonl")

    assert predict_all(session, mixed, journal, lambda _: None) == 1

    accuracy = summarize(mixed, journal.predictions, None)
    assert (accuracy.images, accuracy.unreadable, accuracy.agreement) == (3, 1, None)


def test_nothing_readable_is_refused() -> None:
    with pytest.raises(InputFileError, match="none of the images can be read"):
        summarize([LabeledImage("broken", 0, unreadable)], {}, None)
