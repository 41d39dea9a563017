"""What to export, checked before anything heavy is imported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from cloformer.export.target_options import TargetOptions
from cloformer.export.target_spec import TargetSpec
from cloformer.model import UsageError
from cloformer.model.tasks import TaskName
from cloformer.model.variants import check_image_size

from .form_names import MOBILE, check_form
from .registry import find_target

InputKind = Literal["pixels", "normalized"]
"""Who normalizes: the graph, for ``pixels`` in [0, 1]; or the caller, for ``normalized`` values."""


@dataclass(frozen=True)
class ArtifactRequest:
    """One artifact to make.

    Attributes:
        target: what to export to.
        precision: one of the target's precisions.
        image_size: height and width of the input.
        batch_size: how many images the artifact takes at once.
        input_kind: who normalizes.
        options: the target's own options.
        form: the form of the network; one of ``FORMS``.
    """

    target: TargetSpec
    precision: str
    image_size: tuple[int, int]
    batch_size: int
    input_kind: InputKind
    options: TargetOptions
    form: str

    @property
    def backend(self) -> str | None:
        """Who executes the artifact inside its runtime, for targets that are made for one of several."""
        return self.options.backend_name

    @property
    def dynamic_batch(self) -> bool:
        """Whether the batch size stays open."""
        return self.options.open_batch

    @property
    def has_boxes(self) -> bool:
        """Whether boxes are decoded and suppressed in the graph."""
        return self.options.decodes_boxes

    @property
    def normalizes(self) -> bool:
        """Whether the artifact normalizes its input itself."""
        return self.input_kind == "pixels"

    @property
    def file_name(self) -> str:
        """The name of the artifact within its bundle; only what differs from the defaults is part of it."""
        batch = "dynamic" if self.dynamic_batch else f"batch{self.batch_size}" if self.batch_size > 1 else ""
        normalized = "" if self.normalizes else "normalized"
        nms = "nms" if self.has_boxes else ""
        form = "" if self.form == self.target.form_for(self.backend, self.precision) else self.form
        backend = self.options.soc_name or self.backend or ""
        parts = ["model", self.precision, backend, batch, normalized, nms, form]
        return "_".join(part for part in parts if part) + self.target.suffix


def check_task(request: ArtifactRequest, task: TaskName) -> None:
    """Refuse a request that a network for ``task`` cannot fulfill.

    Raises:
        UsageError: boxes are asked of a network that is not a detector.
    """
    if request.has_boxes and task != "detection":
        raise UsageError(f"--nms is for detection, and this network is for {task}", "omit --nms")


def make_request(
    target: str,
    *,
    precision: str | None = None,
    image_size: tuple[int, int] = (224, 224),
    batch_size: int = 1,
    input_kind: str = "pixels",
    options: TargetOptions | None = None,
    form: str = MOBILE,
) -> ArtifactRequest:
    """Check what is wanted and fill in the target's defaults.

    Raises:
        UsageError: an unknown name, an impossible combination, or a size that the network cannot take.
    """
    spec = find_target(target)
    chosen = precision or spec.precisions[0]
    if chosen not in spec.precisions:
        raise UsageError(f"{spec.title} has no precision {chosen!r}", f"choose one of {', '.join(spec.precisions)}")
    if options is None:
        options = spec.options()
    if not isinstance(options, spec.options):
        raise UsageError(f"{type(options).__name__} are not the options of {spec.title}")
    check_image_size(*image_size)
    if batch_size < 1:
        raise UsageError(f"a batch needs at least one image, not {batch_size}")
    if input_kind not in get_args(InputKind):
        raise UsageError(f"there is no input kind {input_kind!r}", f"choose {' or '.join(get_args(InputKind))}")
    check_form(form)
    options.check_precision(chosen)
    request = ArtifactRequest(spec, chosen, image_size, batch_size, cast(InputKind, input_kind), options, form)
    if form == MOBILE:
        request = replace(request, form=spec.form_for(request.backend, chosen))
    _check_batch(request)
    return request


def _check_batch(request: ArtifactRequest) -> None:
    if request.has_boxes and (request.dynamic_batch or request.batch_size > 1):
        raise UsageError("--nms reads the boxes of one image", "omit --batch-size and --dynamic-batch")
    if request.dynamic_batch and request.batch_size > 1:
        raise UsageError("a dynamic batch has no fixed size", "give either --dynamic-batch or --batch-size")
    if request.dynamic_batch and request.precision == "int8":
        raise UsageError("int8 files have a fixed batch size", "omit --dynamic-batch, and give --batch-size")
