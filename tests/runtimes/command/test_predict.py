"""Classifying image files, from the artifact's own facts alone."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cloformer.export.targets.onnx import OnnxOptions
from cloformer.model import CloFormer
from cloformer.runtimes import open_session
from cloformer.runtimes.command.predict import predict
from tests.artifacts import ArtifactStore

LABELS = [f"thing {index}" for index in range(10)]


@pytest.fixture(scope="module")
def artifact(shallow: CloFormer, store: ArtifactStore) -> Path:
    options = OnnxOptions(dynamic_batch=True)
    size = (64, 64)
    return store.export(shallow, "onnx", image_size=size, input_kind="normalized", options=options, labels=LABELS).path


def photo(path: Path, exif_orientation: int | None = None) -> Path:
    pixels = np.random.default_rng(5).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    exif = Image.Exif()
    if exif_orientation:
        exif[0x0112] = exif_orientation
    Image.fromarray(pixels).save(path, exif=exif)
    return path


def test_probabilities_are_the_softmax_of_the_logits(artifact: Path, tmp_path: Path) -> None:
    predictions = predict(artifact, [photo(tmp_path / "photo.png")], top=10, threads=1)
    (image,) = predictions.images
    labels = [found.label for found in image.found]
    probabilities = [found.share or 0.0 for found in image.found]
    assert sorted(labels) == sorted(LABELS)
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1)
    assert not predictions.trained  # and so the command says that these classes mean nothing
    assert predictions.runtime.runtime == "ONNX Runtime"


def test_normalization_is_done_for_artifacts_that_leave_it_out(artifact: Path, tmp_path: Path) -> None:
    path = photo(tmp_path / "photo.png")
    side = 64 * 256 // 224
    resized = Image.open(path).resize((side * 120 // 90, side), Image.Resampling.BICUBIC)
    left, top = round((resized.width - 64) / 2), round((resized.height - 64) / 2)
    pixels = np.asarray(resized.crop((left, top, left + 64, top + 64)), dtype=np.float32) / 255
    normalized = (pixels - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    logits = open_session(artifact).run(normalized.transpose(2, 0, 1)[None].astype(np.float32))[0]
    (image,) = predict(artifact, [path], top=1, threads=None).images
    assert image.found[0].label == LABELS[int(logits.argmax())]
    assert image.found[0].share == pytest.approx(float(np.exp(logits.max()) / np.exp(logits).sum()), rel=1e-4)


def test_a_turned_photo_is_classified_upright(artifact: Path, tmp_path: Path) -> None:
    upright = Image.open(photo(tmp_path / "upright.png"))
    turned = tmp_path / "turned.png"
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held turned: show it rotated by 90 degrees clockwise
    upright.transpose(Image.Transpose.ROTATE_90).save(turned, exif=exif)
    first, second = predict(artifact, [tmp_path / "upright.png", turned], top=3, threads=1).images
    assert first.found == second.found


def test_loading_counts_opening_the_artifact_and_not_imports(
    artifact: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def import_slowly(*_arguments: object) -> None:
        time.sleep(1)

    monkeypatch.setattr("cloformer.runtimes.command.predict.import_runtime", import_slowly)
    predictions = predict(artifact, [photo(tmp_path / "photo.png")], top=1, threads=1)
    assert predictions.import_milliseconds >= 1000 > predictions.load_milliseconds
