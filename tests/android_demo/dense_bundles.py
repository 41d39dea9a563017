"""Small bundles of the dense tasks: ``python -m tests.android_demo.dense_bundles FOLDER``.

Their networks are no CloFormer but one convolution, which tells red, green and blue apart, so that the app's tests know
what must be found in any picture. The golden vectors are what ONNX's own reference evaluator gives; the manifest is
written by the toolkit's classes.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from PIL import Image

from cloformer.model import Preprocessing, WeightsInfo, preprocess
from cloformer.model.anchors import AnchorLevel, BoxCoding
from cloformer.model.tasks import OutputKind, TaskName
from cloformer.runtimes.bundle.manifest import (
    ArtifactFacts,
    GoldenFacts,
    GoldenImage,
    GoldenTensor,
    InputFacts,
    Manifest,
    ModelFacts,
    OutputFacts,
)

Floats = NDArray[np.float32]

SIDE = 64
COLORS = ("red", "green", "blue")
CONTRACT = Preprocessing(resize=(SIDE, SIDE), crop=(SIDE, SIDE))
ARTIFACT = "model_fp32.onnx"


@dataclass(frozen=True)
class Head:
    """One output: a convolution over patches of ``stride`` pixels.

    Attributes:
        kind: anchors' outputs have their channels last, and one anchor a patch.
        weights: (channels, 3), of a patch's mean color.
    """

    name: str
    kind: OutputKind
    stride: int
    weights: Floats
    bias: float = 0.0

    @property
    def shape(self) -> tuple[int, ...]:
        """Without the batch."""
        side, channels = SIDE // self.stride, len(self.weights)
        return (side * side, channels) if self.kind in {"class_logits", "box_deltas"} else (channels, side, side)


@dataclass(frozen=True)
class Example:
    """One bundle."""

    task: TaskName
    heads: Sequence[Head]
    labels: Sequence[str] = COLORS
    boxes: BoxCoding | None = None


PURE = (2 * np.eye(3) - 1).astype(np.float32)
"""Each color for itself and against the others: 1 for its pure form, -1 for white, 0 for black."""

NOTHING = np.zeros((1, 3), dtype=np.float32)

TO_THE_CENTER = np.vstack([np.full((2, 3), 1 / 4), np.zeros((2, 3))]).astype(np.float32)
"""Deltas that move anchors of 16 pixels by 4, from the corner of a colored patch to its center."""

EXAMPLES = (
    Example(
        "segmentation",
        [Head("class_map", "class_map", 4, 10 * np.vstack([NOTHING, PURE]))],
        labels=("background", *COLORS),
    ),
    Example(
        "detection",
        [
            Head("class_logits", "class_logits", 8, 20 * PURE, bias=-15),
            Head("box_deltas", "box_deltas", 8, TO_THE_CENTER),
        ],
        boxes=BoxCoding(levels=(AnchorLevel(stride=8, sizes=((16.0, 16.0),)),), iou_threshold=0.1),
    ),
    Example(
        "features",
        [
            Head("stage1", "feature_map", 4, PURE),
            Head("stage2", "feature_map", 8, np.tile(PURE, (2, 1))),
        ],
        labels=(),
    ),
)


def picture() -> Image.Image:
    """Return the golden image: a red and a blue square on black."""
    pixels = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
    pixels[8:32, 8:32, 0] = 255
    pixels[40:56, 32:56, 2] = 255
    return Image.fromarray(pixels)


def network(heads: Sequence[Head]) -> onnx.ModelProto:
    """Return the ONNX model that has these outputs."""
    nodes: list[onnx.NodeProto] = []
    constants: dict[str, NDArray[np.generic]] = {}
    for head in heads:
        name, size = head.name, head.stride
        patches = np.tile(head.weights[:, :, None, None] / size**2, (1, 1, size, size))
        constants |= {f"{name}_weights": patches, f"{name}_bias": np.full(len(patches), head.bias, dtype=np.float32)}
        by_anchor = len(head.shape) == 2
        result = f"{name}_map" if by_anchor else name
        convolved = ["image", f"{name}_weights", f"{name}_bias"]
        nodes.append(helper.make_node("Conv", convolved, [result], strides=[size, size]))
        if by_anchor:
            constants[f"{name}_shape"] = np.array([0, head.shape[1], -1])
            nodes.append(helper.make_node("Reshape", [result, f"{name}_shape"], [f"{name}_rows"]))
            nodes.append(helper.make_node("Transpose", [f"{name}_rows"], [name], perm=[0, 2, 1]))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    outputs = [helper.make_tensor_value_info(head.name, TensorProto.FLOAT, [1, *head.shape]) for head in heads]
    held = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "colors", [image], outputs, held)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def write_bundle(folder: Path, example: Example) -> None:
    """Write one bundle as ``folder``."""
    (folder / "golden").mkdir(parents=True, exist_ok=True)
    model = network(example.heads)
    (folder / ARTIFACT).write_bytes(model.SerializeToString())
    (folder / "labels.txt").write_text("".join(f"{label}\n" for label in example.labels), "utf-8")
    picture().save(folder / "golden" / "00_squares.png")
    batch = preprocess(picture(), CONTRACT)[None]
    found = ReferenceEvaluator(model).run([head.name for head in example.heads], {"image": batch})
    outputs = {head.name: np.asarray(value) for head, value in zip(example.heads, found, strict=True)}
    manifest = _manifest(folder, example, batch, outputs)
    (folder / "manifest.json").write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")


def _manifest(folder: Path, example: Example, batch: Floats, outputs: Mapping[str, Floats]) -> Manifest:
    return Manifest(
        model=ModelFacts(
            variant="xxs",
            task=example.task,
            num_classes=len(example.labels),
            parameters=1,
            weights=WeightsInfo(name="colors", source="random", sha256="0" * 64),
        ),
        preprocessing=CONTRACT,
        boxes=example.boxes,
        labels_sha256=_sha256(folder / "labels.txt"),
        golden=GoldenFacts(
            images=(GoldenImage(file="golden/00_squares.png", sha256=_sha256(folder / "golden" / "00_squares.png")),),
            inputs=_golden(folder, "inputs", batch),
            outputs={name: _golden(folder, name, values) for name, values in outputs.items()},
        ),
        artifacts=(_artifact(folder, example),),
    )


def _artifact(folder: Path, example: Example) -> ArtifactFacts:
    return ArtifactFacts(
        file=ARTIFACT,
        format="onnx",
        sha256=_sha256(folder / ARTIFACT),
        bytes=(folder / ARTIFACT).stat().st_size,
        target="onnx",
        backend=None,
        precision="fp32",
        form="reference",
        input=InputFacts(
            kind="tensor",
            shape=(1, 3, SIDE, SIDE),
            dtype="float32",
            value_range=(0.0, 1.0),
            normalization_in_graph=True,
        ),
        outputs=tuple(OutputFacts(name=head.name, kind=head.kind, shape=(1, *head.shape)) for head in example.heads),
        tools={},
    )


def _golden(folder: Path, name: str, values: Floats) -> GoldenTensor:
    path = folder / "golden" / f"{name}.f32"
    path.write_bytes(values.astype("<f4").tobytes())
    return GoldenTensor(file=f"golden/{name}.f32", sha256=_sha256(path), shape=values.shape)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    for each in EXAMPLES:
        write_bundle(Path(sys.argv[1]) / each.task, each)
