"""Running the saved artifact in its runtime and judging it; after a failure, finding where it parts from the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

import numpy as np

from cloformer.model import ConversionError, InputFileError, UsageError
from cloformer.model.anchors import coding_for
from cloformer.model.errors import CloformerError
from cloformer.model.network import Network
from cloformer.runtimes import open_session
from cloformer.runtimes.open_session import find_runtime, why_not_here
from cloformer.runtimes.registry import PHONE_BACKENDS
from cloformer.runtimes.session import SessionInfo, run_all_in_batches

from .block_names import AFTER_BLOCKS, NORMALIZATION, Tapped
from .conversion import Conversion
from .dense_parity import compare_outputs
from .parity import bounds_for, psnr_db, smallest_cosine
from .reference_run import Floats, ReferenceRun, run_in_float64
from .report import ParityReport
from .stages import Stages

_QUANTISED_BLOCK_COSINE = 0.99
"""Below it a block of a quantised network is at fault; rounding alone leaves those of XXS and XS above 0.998."""

_INSIDE = "run it again with --verbose for the runtime's own messages"


def check_parity(conversion: Conversion, path: Path, truth: ReferenceRun, stages: Stages) -> ParityReport:
    """Compare the artifact at ``path`` with the reference, in the runtime itself where one runs here."""
    reason = _why_not_run(conversion, path)
    if reason:
        return ParityReport(not_run=f"not run here: {reason}")
    with stages.stage("run and compare"):
        outputs, info = _run(conversion, path, input_images(conversion, truth))
    report = judge(conversion.model, truth, outputs, conversion.request.precision, info)
    if report.passed:
        return report
    with stages.stage("find the first divergence"):
        return report.model_copy(update={"first_divergence": find_divergence(conversion, path, truth)})


def judge(
    model: Network, truth: ReferenceRun, outputs: Mapping[str, Floats], precision: str, info: SessionInfo
) -> ParityReport:
    """Compare what ``info`` computed for the images of ``truth`` with what the reference did."""
    height, width = truth.images.shape[2:]
    kinds, coding = model.output_kinds(), coding_for(model.config.task)
    report = compare_outputs(truth.outputs, outputs, precision, kinds, coding, (height, width))
    runtime = f"{info.runtime} {info.version}, {info.backend}"
    who = {"runtime": runtime, "substitute": info.substitute, "int8_kernels": info.int8_kernels}
    return report.model_copy(update=who)


def _run(conversion: Conversion, path: Path, images: Floats) -> tuple[dict[str, Floats], SessionInfo]:
    batch = None if conversion.request.dynamic_batch else conversion.request.batch_size
    try:
        session = open_session(path)
        outputs = run_all_in_batches(session, images, batch)
    except (InputFileError, UsageError) as error:  # the file is ours, not the user's
        title = conversion.request.target.title
        raise ConversionError(f"the exported {title} file does not run: {error.problem}", _INSIDE) from error
    info = session.describe()
    session.close()
    return outputs, info


def input_images(conversion: Conversion, truth: ReferenceRun) -> Floats:
    """Return the reference images as this artifact takes them."""
    return truth.images if conversion.request.input_kind == "unit" else truth.normalized


def find_divergence(conversion: Conversion, path: Path, truth: ReferenceRun) -> str | None:
    """Name the first block at which the artifact departs from the reference; None where it cannot be told.

    Blocks are judged by their outputs, with the precision's bounds. Where the saved file cannot be asked for them, its
    target first looks for damage in what the file holds.
    """
    target = import_module(f".{conversion.request.target.module}", __package__)
    find_damage: Callable[[Conversion, Path], str | None] = getattr(target, "damaged_block", lambda *_: None)
    size = conversion.request.batch_size
    inputs = input_images(conversion, truth)[:size]
    try:
        damaged = find_damage(conversion, path)
        if damaged:
            return damaged
        found: dict[str, Floats] | None = target.block_outputs(conversion, path, inputs)
    except CloformerError:
        return None
    if found is None:
        return None
    tapped = Tapped(conversion.model)
    outputs = run_in_float64(tapped, truth.normalized[:size])[-len(tapped.names) :]
    expected = {NORMALIZATION: truth.normalized[:size], **dict(zip(tapped.names, outputs, strict=True))}
    for name, values in expected.items():
        if name in found and _differs(values, found[name], conversion.request.precision):
            return name
    return AFTER_BLOCKS


def _differs(expected: Floats, found: Floats, precision: str) -> bool:
    if found.shape != expected.shape or not bool(np.isfinite(found).all()):
        return True
    bounds = bounds_for(precision, expected)
    if precision == "fp32":
        return float(np.abs(found - expected).max()) > bounds.max_abs
    if bounds.cosine is not None:
        return smallest_cosine(expected, found) < _QUANTISED_BLOCK_COSINE
    noise = psnr_db(expected, found)
    return noise is not None and bounds.psnr_db is not None and noise < bounds.psnr_db


def _why_not_run(conversion: Conversion, path: Path) -> str | None:
    if conversion.request.backend in PHONE_BACKENDS:
        return f"ExecuTorch's {conversion.request.backend} delegate runs on a phone alone"
    return why_not_here(find_runtime(path))
