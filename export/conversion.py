"""What a target's ``convert`` function receives and returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from cloformer.export.calibration.calibration import Calibration, batches_of
from cloformer.export.reference.run import Floats
from cloformer.export.request.request import ArtifactRequest
from cloformer.model import Preprocessing, normalize
from cloformer.model.anchors import BoxCoding, coding_for
from cloformer.model.network import Network
from cloformer.runtimes.bundle.manifest import EmbeddedFacts, InputFacts, ModelFacts, OutputFacts
from cloformer.runtimes.pytorch.network_facts import output_facts
from cloformer.runtimes.reading.boxes import BOXES, COLUMNS

from .report import DelegationReport, LayerRange
from .target_options import TargetOptions

OptionsT = TypeVar("OptionsT", bound=TargetOptions)


@dataclass(frozen=True)
class Conversion:
    """Everything that a target needs to make one artifact.

    Attributes:
        model: the reference.
        facts: what the manifest says about the model.
        preprocessing: the contract for its input.
        labels: class names in the order of the logits.
        request: the artifact to make.
        path: where to write the artifact.
        ranges: how far each layer reaches on the reference images; measured only for fp16.
        calibration: what a quantizer learns from; only for quantized precisions.
        float_units: parts of the network that a quantized artifact computes in float.
        rewrites: the rewrites to apply, by name; None for those of the request's form.
    """

    model: Network
    facts: ModelFacts
    preprocessing: Preprocessing
    labels: tuple[str, ...]
    request: ArtifactRequest
    path: Path
    ranges: tuple[LayerRange, ...] = ()
    calibration: Calibration | None = None
    float_units: tuple[str, ...] = ()
    rewrites: tuple[str, ...] | None = None

    def options(self, kind: type[OptionsT]) -> OptionsT:
        """Return the options of the request, which are of the ``kind`` that its target declares."""
        options = self.request.options
        if not isinstance(options, kind):
            raise TypeError(f"{options} are not {kind.__name__}")
        return options

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """The shape (N, 3, H, W) of the input to trace with."""
        # A batch of 1 would be specialized: a dynamic batch is traced with 2.
        batch = 2 if self.request.dynamic_batch else self.request.batch_size
        return (batch, 3, *self.request.image_size)

    def calibration_batches(self) -> list[Floats]:
        """Return the calibration images as the artifact takes them, in batches of its size."""
        if self.calibration is None:
            raise ValueError(f"{self.request.precision} is made without calibration images")
        images = self.calibration.images
        if not self.request.normalizes:
            images = normalize(images, self.preprocessing)
        return batches_of(images, self.input_shape[0])

    def input_facts(self) -> InputFacts:
        """Return what the artifact accepts, for targets whose input is a tensor."""
        normalizes = self.request.normalizes
        return InputFacts(
            kind="tensor",
            shape=(self._batch, 3, *self.request.image_size),
            dtype="float32",
            value_range=(0.0, 1.0) if normalizes else None,
            normalization_in_graph=normalizes,
        )

    @cached_property
    def outputs(self) -> tuple[OutputFacts, ...]:
        """The outputs of the artifact."""
        own = output_facts(self.model, self._batch, self.request.image_size)
        boxes = OutputFacts(name=BOXES, kind="boxes", shape=(None, COLUMNS))
        return (*own, boxes) if self.request.has_boxes else own

    @property
    def output_names(self) -> list[str]:
        """The names of the artifact's outputs."""
        return list(self.model.output_kinds())

    @property
    def boxes(self) -> BoxCoding | None:
        """How boxes are read from a detector's outputs."""
        return coding_for(self.facts.task)

    @property
    def description(self) -> str:
        """A description for people who come across the file."""
        classes = f", {self.facts.num_classes} classes" if self.facts.num_classes else ""
        return f"CloFormer-{self.facts.variant} {self.model.title}{classes}, {self.request.precision}"

    @property
    def _batch(self) -> int | None:
        return None if self.request.dynamic_batch else self.request.batch_size

    def embedded_facts(self, inputs: InputFacts) -> str:
        """Return the JSON for the artifact's own metadata."""
        facts = EmbeddedFacts(
            model=self.facts,
            target=self.request.target.name,
            backend=self.request.backend,
            precision=self.request.precision,
            input=inputs,
            preprocessing=self.preprocessing,
            outputs=self.outputs,
            boxes=self.boxes,
            labels=self.labels,
        )
        return facts.model_dump_json()


@dataclass(frozen=True)
class Converted:
    """What a conversion produced.

    Attributes:
        inputs: what the artifact accepts.
        tools: the versions of the packages that made it.
        minimum_os: the oldest system that loads it, if the format says so.
        delegation: which operators the backend runs, if that is known ahead of time.
        extra_files: additional files beside the artifact, by format.
        kept_fp32: layers of an fp16 artifact that are computed in fp32.
    """

    inputs: InputFacts
    tools: dict[str, str]
    minimum_os: str | None = None
    delegation: DelegationReport | None = None
    extra_files: dict[str, Path] = field(default_factory=dict)
    kept_fp32: tuple[str, ...] = ()


def versions_of(*packages: str) -> dict[str, str]:
    """Return the installed versions of ``packages``."""
    return {package: metadata.version(package) for package in packages}
