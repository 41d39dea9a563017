"""Both heads learn from drawn shapes in a few minutes, and their artifacts, int8 among them, see what they see.

The trained networks are kept (tests/dense_training/cache.py). By default the segmenter, which learns in 80 steps, is
judged, and exported to one target.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from cloformer.export import Artifact, export
from cloformer.export.reference.run import Floats
from cloformer.model.anchors import retinanet_coding
from cloformer.model.network import Network, outputs_of
from cloformer.model.tasks import TaskName
from cloformer.runtimes import open_session
from cloformer.runtimes.reading.boxes import read_boxes
from cloformer.runtimes.reading.masks import read_mask
from cloformer.runtimes.session import run_all_in_batches
from tests.dense_training.metrics import average_precision, mean_iou
from tests.dense_training.shapes import CLASSES, SIDE, Scene, draw_scenes
from tests.dense_training.training import normalized
from tests.dense_training.training import trained as trained_network

STEPS = {"segmentation": 80, "detection": 300}
LEARNED = {"segmentation": 75.0, "detection": 35.0}
"""Points of mIoU, and of COCO's average precision, of what a head that learns nothing has none."""

SCENES, HELD_OUT = draw_scenes(400, seed=1), draw_scenes(100, seed=2)


def points(task: str, outputs: dict[str, Floats], scenes: Sequence[Scene]) -> float:
    """Judge outputs for ``scenes`` as the task's data set does."""
    if task == "segmentation":
        return mean_iou(scenes, [read_mask(each) for each in outputs["class_map"]])
    pairs = zip(outputs["class_logits"], outputs["box_deltas"], strict=True)
    return average_precision(scenes, [read_boxes(*pair, retinanet_coding(), (SIDE, SIDE)) for pair in pairs])


@pytest.fixture(scope="module", params=["segmentation", pytest.param("detection", marks=pytest.mark.nightly)])
def trained(request: pytest.FixtureRequest) -> tuple[TaskName, Network, float]:
    """A task, its trained network, and the network's points on held-out scenes."""
    task = request.param
    network = trained_network(task, SCENES, STEPS[task])
    with torch.no_grad():
        maps = outputs_of(network(normalized(HELD_OUT)))
    outputs = {name: values.numpy() for name, values in zip(network.output_kinds(), maps, strict=True)}
    return task, network, points(task, outputs, HELD_OUT)


@pytest.fixture(scope="module")
def calibration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of the training split."""
    folder = tmp_path_factory.mktemp("shapes")
    for number, scene in enumerate(SCENES[:32]):
        pixels = np.rint(scene.pixels.transpose(1, 2, 0) * 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:02}.png")
    return folder


def test_a_head_learns(trained: tuple[TaskName, Network, float]) -> None:
    task, _, reached = trained
    assert reached > LEARNED[task]


@pytest.mark.parametrize(
    "target", ["onnx", *(pytest.param(name, marks=pytest.mark.nightly) for name in ("coreml", "executorch"))]
)
def test_8_bits_cost_less_than_a_point(
    trained: tuple[TaskName, Network, float], target: str, calibration: Path, tmp_path: Path
) -> None:
    task, network, reached = trained
    made: Artifact = export(
        network,
        target,
        precision="int8",
        image_size=(SIDE, SIDE),
        labels=[*CLASSES, "background"][: network.num_classes],
        calibration=calibration,
        parity=False,  # its photographs are foreign to a network that has seen shapes alone: the points judge
        output=tmp_path,
    )
    with open_session(made.path, threads=1) as session:
        outputs = run_all_in_batches(session, np.stack([scene.pixels for scene in HELD_OUT]), 1)
    assert points(task, outputs, HELD_OUT) > reached - 1.0
