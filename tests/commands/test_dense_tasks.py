"""The dense tasks through the commands: export, bundle, predict, drawing."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.commands.results import Run
from tests.networks import shallow_variant


@pytest.fixture
def shallow_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """XXS with one block a stage wherever the command builds it."""
    shallow = dataclasses.replace(shallow_variant(), name="xxs")
    monkeypatch.setattr("cloformer.model.create.find_variant", lambda _name: shallow)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)).save(path)
    return path


@pytest.mark.usefixtures("shallow_body")
def test_a_detector_is_exported_and_its_boxes_are_drawn(run: Run, photo: Path, tmp_path: Path) -> None:
    exported = run("cloformer-export", "--target", "onnx", "--task", "detection", "--image-size", "64", "--json")
    assert exported.code == 0
    bundle = tmp_path / "exports" / "cloformer_xxs_detection_random_64x64"
    assert (bundle / "labels.txt").read_text().splitlines()[2] == "car"
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert [level["stride"] for level in manifest["boxes"]["levels"]] == [8, 16, 32, 64, 128]

    found = run("cloformer-predict", bundle, photo, "--draw", "drawn", "--top", "3", "--json")
    assert found.code == 0
    (image,) = found.document["images"]
    assert [sorted(box) for box in image["boxes"]] == [["corners", "label", "score"]] * 3
    with Image.open(tmp_path / image["drawn"]) as drawn:
        assert drawn.size == (64, 64)

    shown = run("cloformer-predict", bundle, photo)
    assert "these boxes mean nothing" in shown.stderr


def test_maps_of_a_classifier_have_no_norms_of_their_own(run: Run) -> None:
    refused = run("cloformer-export", "--target=onnx", "--task=features", "--norm-outputs", "--checkpoint=demo")
    assert refused.code == 4
    assert "omit --norm-outputs" in refused.stderr


@pytest.mark.usefixtures("shallow_body")
def test_chosen_stages_are_exported(run: Run, photo: Path, tmp_path: Path) -> None:
    arguments = "--target onnx --task features --out-indices 1,3 --image-size 64"
    assert run("cloformer-export", *arguments.split()).code == 0
    bundle = tmp_path / "exports" / "cloformer_xxs_features_random_64x64"
    found = run("cloformer-predict", bundle, photo, "--json")
    (image,) = found.document["images"]
    assert image["maps"] == [
        {"label": "stage2", "shape": [64, 8, 8]},
        {"label": "stage4", "shape": [256, 2, 2]},
    ]
    refused = run("cloformer-predict", bundle, photo, "--draw", "drawn")
    assert refused.code == 4
    assert "nothing to draw" in refused.stderr
