"""Reading and drawing what each task's outputs say, from the facts alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import save_file

from cloformer.model import InputFileError, create_network
from cloformer.model.tasks import TASKS, TaskName
from cloformer.runtimes.bundle.manifest import EmbeddedFacts
from cloformer.runtimes.command.predict import predict
from cloformer.runtimes.opening import open_session
from cloformer.runtimes.pytorch.session import PyTorchSession
from cloformer.runtimes.reading.drawing import class_color, draw
from cloformer.runtimes.reading.findings import READINGS, Finding, Outputs
from cloformer.runtimes.reading.masks import read_mask
from tests.networks import shallow_network

SIZE = (64, 96)
LABELS = tuple(f"thing {index}" for index in range(10))


def facts_of(task: TaskName) -> EmbeddedFacts:
    labels = () if task == "features" else LABELS
    facts = PyTorchSession(shallow_network(task), SIZE, labels=labels).facts
    assert facts is not None
    return facts


def segmented() -> Outputs:
    """The left half is thing 2, but for one pixel of thing 7; the right half is thing 0."""
    classes = np.zeros((16, 24), dtype=np.int64)
    classes[:, :12] = 2
    classes[3, 4] = 7
    return {"class_map": np.eye(10, dtype=np.float32)[classes].transpose(2, 0, 1)}


def detected() -> Outputs:
    """Thing 4 in the middle anchor of one cell."""
    logits = np.full((24, 10), -9.0, dtype=np.float32)
    logits = np.full((sum((96, 24, 6, 2, 1)) * 9, 10), -9.0, dtype=np.float32)
    logits[9 * (3 * 12 + 5) + 3, 4] = 3.0
    return {"class_logits": logits, "box_deltas": np.zeros((len(logits), 4), dtype=np.float32)}


def test_areas_are_shares_of_the_mask() -> None:
    found = READINGS["segmentation"].read(segmented(), facts_of("segmentation"), 5)
    assert [(area.label, area.share) for area in found] == [
        ("thing 0", 0.5),
        ("thing 2", 0.5 - 1 / 384),
        ("thing 7", 1 / 384),
    ]


def test_boxes_have_labels_scores_and_corners() -> None:
    (found,) = READINGS["detection"].read(detected(), facts_of("detection"), 5)
    assert found == Finding("thing 4", pytest.approx(1 / (1 + np.exp(-3))), (24.0, 8.0, 56.0, 40.0))


def test_maps_have_names_and_shapes() -> None:
    maps = {"stage1": np.zeros((32, 16, 24), dtype=np.float32)}
    assert READINGS["features"].read(maps, facts_of("features"), 5) == (Finding("stage1", shape=(32, 16, 24)),)


def test_neighboring_classes_have_colors_that_can_be_told_apart() -> None:
    colors = np.array([class_color(target) for target in range(12)], dtype=int)
    distances = np.abs(colors[:, None] - colors[None]).sum(axis=2)
    assert distances[~np.eye(12, dtype=bool)].min() > 30


def test_a_mask_is_drawn_over_the_image() -> None:
    pixels = np.full((3, *SIZE), 0.5, dtype=np.float32)
    drawn = np.asarray(draw(pixels, segmented(), (), facts_of("segmentation")), dtype=int)
    for column, target in ((10, 2), (80, 0)):
        assert np.abs(drawn[40, column] - (128 + np.array(class_color(target))) / 2).max() <= 1
    assert read_mask(segmented()["class_map"]).shape == (16, 24)


def test_a_box_is_drawn_where_it_is() -> None:
    pixels = np.zeros((3, *SIZE), dtype=np.float32)
    facts = facts_of("detection")
    found = READINGS["detection"].read(detected(), facts, 5)
    drawn = np.asarray(draw(pixels, detected(), found, facts))
    assert tuple(drawn[40, 30]) == class_color(4)
    assert not drawn[30, 60:].any()


def test_maps_cannot_be_drawn() -> None:
    with pytest.raises(InputFileError, match="nothing to draw"):
        draw(np.zeros((3, *SIZE), dtype=np.float32), {}, (), facts_of("features"))


@pytest.mark.parametrize("task", TASKS)
def test_a_checkpoint_of_any_task_opens_and_predicts(task: TaskName, tmp_path: Path) -> None:
    classes = None if task == "features" else 3
    path = tmp_path / "trained.safetensors"
    save_file(create_network("xxs", task, classes).state_dict(), path)
    if task == "features":  # bare maps have no head that would tell them from a damaged classifier
        with pytest.raises(InputFileError, match="does not fit"):
            open_session(path)
        return
    with open_session(path) as session:
        facts = session.facts
        assert facts is not None and (facts.model.task, facts.model.num_classes) == (task, 3)
    photo = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (90, 120, 3), dtype=np.uint8)).save(photo)
    folder = None if task == "classification" else tmp_path / "drawn"
    (image,) = predict(path, [photo], top=2, threads=1, draw_into=folder).images
    assert len(image.found) <= 2
    assert (image.drawn is not None and image.drawn.exists()) == (folder is not None)
