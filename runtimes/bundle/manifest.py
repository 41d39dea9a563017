"""The manifest: all that an app needs to know of a bundle, as typed data with a published JSON Schema."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cloformer.model import Preprocessing, WeightsInfo
from cloformer.model.anchors import BoxCoding
from cloformer.model.tasks import OutputKind, TaskName

SCHEMA_VERSION: Literal[1] = 1
MANIFEST_NAME = "manifest.json"
LABELS_NAME: Literal["labels.txt"] = "labels.txt"
METADATA_KEY = "cloformer"
"""Under which name an artifact's own metadata slot holds its ``EmbeddedFacts``."""

BLOCKS_KEY = "cloformer.blocks"
"""Under which name an artifact maps each block of the network to the value that holds its output."""


class Facts(BaseModel):
    """Base of everything that is written to a bundle: immutable, and no unknown field goes unnoticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class ModelFacts(Facts):
    """Which network this is.

    Attributes:
        task: what its outputs mean; docs/dense-tasks.md.
        num_classes: 0 for features.
    """

    family: Literal["CloFormer"] = "CloFormer"
    variant: str
    task: TaskName = "classification"
    num_classes: int = Field(ge=0)
    parameters: int = Field(gt=0)
    weights: WeightsInfo


class InputFacts(Facts):
    """What an artifact takes.

    Attributes:
        kind: ``tensor``, or ``image`` where the format has a type of its own for 8-bit pixels (Core ML).
        shape: N, 3, H, W; N is null where any batch is taken.
        value_range: of the pixels before normalization; null where the caller normalizes.
        normalization_in_graph: whether the artifact subtracts the mean and divides by the standard deviation.
    """

    name: str = "image"
    kind: Literal["tensor", "image"]
    shape: tuple[int | None, int, int, int]
    layout: Literal["NCHW"] = "NCHW"
    dtype: Literal["float32", "uint8"]
    color_order: Literal["RGB"] = "RGB"
    value_range: tuple[float, float] | None
    normalization_in_graph: bool


class OutputFacts(Facts):
    """One output of an artifact.

    Attributes:
        kind: ``logits`` (N, classes), before any softmax; ``feature_map`` (N, C, H, W); ``class_map`` (N, classes,
            H, W), logits of each pixel; ``class_logits`` (N, anchors, classes), before a sigmoid; ``box_deltas`` (N,
            anchors, 4); ``boxes`` (objects, 6), read from the last two: corners, score and class.
        shape: the batch first; null where any is taken.
    """

    name: str
    kind: OutputKind
    shape: tuple[int | None, ...]
    dtype: Literal["float32"] = "float32"


class EmbeddedFacts(Facts):
    """What each artifact carries in its own metadata slot, so that it can be used without its bundle."""

    schema_version: Literal[1] = SCHEMA_VERSION
    model: ModelFacts
    target: str
    backend: str | None
    precision: str
    input: InputFacts
    preprocessing: Preprocessing
    outputs: tuple[OutputFacts, ...]
    boxes: BoxCoding | None = None
    labels: tuple[str, ...]


class ArtifactFacts(Facts):
    """One artifact of a bundle.

    Attributes:
        file: name within the bundle.
        sha256: of the file; of a folder, over its files' sorted relative names and contents.
        form: of the network: which exact rewrites it was made with; ``reference`` without any.
        minimum_os: oldest system that loads it, such as ``iOS 17``; null where the app's runtime library decides.
        soc: which SoC it is compiled for, such as ``sm8650``; null where it runs on any.
        compute_units: which of Core ML's compute units an app should ask for; null elsewhere.
        tools: versions of what made it.
    """

    file: str
    format: str
    sha256: str
    bytes: int
    target: str
    backend: str | None
    precision: str
    form: str
    input: InputFacts
    outputs: tuple[OutputFacts, ...]
    minimum_os: str | None = None
    soc: str | None = None
    compute_units: str | None = None
    tools: dict[str, str]


class GoldenImage(Facts):
    """One source image of the golden vectors."""

    file: str
    sha256: str


class GoldenTensor(Facts):
    """Raw little-endian float32 values, row by row, one row an image."""

    file: str
    sha256: str
    shape: tuple[int, ...]
    dtype: Literal["float32"] = "float32"
    byte_order: Literal["little"] = "little"


class GoldenFacts(Facts):
    """Stored inputs and reference outputs that every app replays.

    Attributes:
        inputs: the preprocessed images in [0, 1], before normalization.
        outputs: what the reference gives for them, by the output's name.
    """

    images: tuple[GoldenImage, ...]
    inputs: GoldenTensor
    outputs: dict[str, GoldenTensor]


class Manifest(Facts):
    """``manifest.json``.

    Attributes:
        boxes: how boxes are read from the outputs of a detector; null for other tasks.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    model: ModelFacts
    preprocessing: Preprocessing
    boxes: BoxCoding | None = None
    labels_file: Literal["labels.txt"] = LABELS_NAME
    labels_sha256: str
    golden: GoldenFacts
    artifacts: tuple[ArtifactFacts, ...]
