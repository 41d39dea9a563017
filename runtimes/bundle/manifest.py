"""The manifest: everything an app needs to know about a bundle, as typed data with a published JSON Schema."""

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
"""The key of ``EmbeddedFacts`` in an artifact's own metadata."""

BLOCKS_KEY = "cloformer.blocks"
"""The key, in an artifact's own metadata, of the mapping from each block of the network to the name of its output."""


class Facts(BaseModel):
    """The base class of everything that is written to a bundle: immutable, and unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class ModelFacts(Facts):
    """The network that a bundle contains.

    Attributes:
        task: the task, which defines what the outputs mean; see docs/dense-tasks.md.
        num_classes: the number of classes; 0 for ``features``.
    """

    family: Literal["CloFormer"] = "CloFormer"
    variant: str
    task: TaskName = "classification"
    num_classes: int = Field(ge=0)
    parameters: int = Field(gt=0)
    weights: WeightsInfo


class InputFacts(Facts):
    """The input that an artifact expects.

    Attributes:
        kind: ``tensor``, or ``image`` if the format has its own type for 8-bit pixels (Core ML).
        shape: the shape N, 3, H, W; N is null if any batch size is accepted.
        value_range: the range of the pixels before normalization; null if the caller normalizes them.
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
        kind: ``logits`` (N, classes), before the softmax; ``feature_map`` (N, C, H, W); ``class_map`` (N, classes,
            H, W), logits of each pixel; ``class_logits`` (N, anchors, classes), before the sigmoid; ``box_deltas`` (N,
            anchors, 4); ``boxes`` (objects, 6), decoded from the last two: corners, score and class.
        shape: the shape, batch first; a length is null if it is not fixed.
    """

    name: str
    kind: OutputKind
    shape: tuple[int | None, ...]
    dtype: Literal["float32"] = "float32"


class EmbeddedFacts(Facts):
    """The facts that each artifact stores in its own metadata, so that it can be used without its bundle."""

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
        file: the file's name within the bundle.
        sha256: the hash of the file, or of a folder: over its files' sorted relative names and hashes.
        form: the form of the network, a set of exact rewrites; ``reference`` means none.
        minimum_os: the oldest system that loads it, such as ``iOS 17``; null if the app's runtime library decides.
        soc: the SoC it is compiled for, such as ``sm8650``; null if it is not compiled for one.
        compute_units: the Core ML compute units that an app should request; null for other formats.
        tools: the versions of the tools that made it.
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
    """A file of raw little-endian float32 values, row by row, with one row per image."""

    file: str
    sha256: str
    shape: tuple[int, ...]
    dtype: Literal["float32"] = "float32"
    byte_order: Literal["little"] = "little"


class GoldenFacts(Facts):
    """Stored inputs and reference outputs that every app can compare its own outputs with.

    Attributes:
        inputs: the preprocessed images in [0, 1], before normalization.
        outputs: output name -> the reference's output for these images.
    """

    images: tuple[GoldenImage, ...]
    inputs: GoldenTensor
    outputs: dict[str, GoldenTensor]


class Manifest(Facts):
    """The contents of ``manifest.json``.

    Attributes:
        boxes: the rules for decoding boxes from the outputs of a detector; null for other tasks.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    model: ModelFacts
    preprocessing: Preprocessing
    boxes: BoxCoding | None = None
    labels_file: Literal["labels.txt"] = LABELS_NAME
    labels_sha256: str
    golden: GoldenFacts
    artifacts: tuple[ArtifactFacts, ...]
