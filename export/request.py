"""What to export, checked before anything heavy is imported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from cloformer.model import UsageError
from cloformer.model.tasks import TaskName
from cloformer.model.variants import check_image_size
from cloformer.runtimes.registry import PHONE_BACKENDS

from .form_names import MOBILE, check_form
from .options import CoreMLOptions, ExecuTorchOptions, OnnxOptions, Options, QnnOptions
from .registry import Target, find_target


@dataclass(frozen=True)
class Request:
    """One artifact to make.

    Attributes:
        target: a name in the registry.
        precision: of the arithmetic: ``fp32``, ``fp16`` or ``a16w8``.
        image_size: height and width of the input.
        batch_size: images an artifact takes at once.
        input_kind: ``unit`` takes [0, 1] and normalises in the graph; ``normalized`` leaves that to the caller.
        options: of this target.
        form: of the network; one of ``FORM_NAMES``.
    """

    target: Target
    precision: str
    image_size: tuple[int, int]
    batch_size: int
    input_kind: Literal["unit", "normalized"]
    options: Options
    form: str

    @property
    def backend(self) -> str | None:
        """Who executes the artifact, for targets that are made for one of several."""
        match self.options:
            case ExecuTorchOptions(backend=delegate):
                return delegate
            case QnnOptions(htp=soc):
                return soc.backend
            case _:
                return None

    @property
    def soc(self) -> str | None:
        """The SoC that the artifact is compiled for, for targets that compile."""
        return self.options.htp.name if isinstance(self.options, QnnOptions) else None

    @property
    def dynamic_batch(self) -> bool:
        """Whether the batch size stays open."""
        return isinstance(self.options, OnnxOptions) and self.options.dynamic_batch

    @property
    def has_boxes(self) -> bool:
        """Whether boxes are decoded and suppressed in the graph."""
        return isinstance(self.options, OnnxOptions | CoreMLOptions) and self.options.nms

    @property
    def file_name(self) -> str:
        """Name of the artifact within its bundle; only what differs from the defaults is added to it."""
        batch = "dynamic" if self.dynamic_batch else f"batch{self.batch_size}" if self.batch_size > 1 else ""
        normalized = "normalized" if self.input_kind == "normalized" else ""
        nms = "nms" if self.has_boxes else ""
        form = "" if self.form == self.target.form_for(self.backend, self.precision) else self.form
        parts = ["model", self.precision, self.soc or self.backend or "", batch, normalized, nms, form]
        return "_".join(part for part in parts if part) + self.target.suffix


def check_task(request: Request, task: TaskName) -> None:
    """Refuse what a network for ``task`` does not have.

    Raises:
        UsageError: boxes of something else than a detector.
    """
    if request.has_boxes and task != "detection":
        raise UsageError(f"--nms is for detection, and this network is for {task}", "omit --nms")


def make_request(
    target: str,
    *,
    precision: str | None = None,
    image_size: tuple[int, int] = (224, 224),
    batch_size: int = 1,
    input_kind: str = "unit",
    options: Options | None = None,
    form: str = MOBILE,
) -> Request:
    """Check what is wanted and fill in the target's defaults.

    Raises:
        UsageError: an unknown name, an impossible combination, or a size that the network cannot take.
    """
    entry = find_target(target)
    chosen = precision or entry.precisions[0]
    if chosen not in entry.precisions:
        raise UsageError(f"{entry.title} has no precision {chosen!r}", f"choose one of {', '.join(entry.precisions)}")
    if options is None:
        options = entry.options()
    if not isinstance(options, entry.options):
        raise UsageError(f"{type(options).__name__} are not the options of {entry.title}")
    check_image_size(*image_size)
    if batch_size < 1:
        raise UsageError(f"a batch needs at least one image, not {batch_size}")
    if input_kind not in ("unit", "normalized"):
        raise UsageError(f"there is no input kind {input_kind!r}", "choose unit or normalized")
    kind: Literal["unit", "normalized"] = "unit" if input_kind == "unit" else "normalized"
    check_form(form)
    request = Request(entry, chosen, image_size, batch_size, kind, options, form)
    if form == MOBILE:
        request = replace(request, form=entry.form_for(request.backend, chosen))
    if isinstance(options, QnnOptions) and chosen not in options.htp.precisions:
        raise UsageError(
            f"the HTP of {options.htp.title} cannot run this network in {chosen}", "choose --precision a16w8"
        )
    if request.has_boxes and (request.dynamic_batch or batch_size > 1):
        raise UsageError("--nms reads the boxes of one image", "omit --batch-size and --dynamic-batch")
    if request.dynamic_batch and batch_size > 1:
        raise UsageError("a dynamic batch has no fixed size", "give either --dynamic-batch or --batch-size")
    if chosen == "int8" and request.backend in PHONE_BACKENDS:
        raise UsageError(f"int8 is made for XNNPACK, not for {request.backend}", "choose --backend xnnpack")
    if request.dynamic_batch and chosen == "int8":
        raise UsageError("int8 files have a fixed batch size", "omit --dynamic-batch, and give --batch-size")
    return request
