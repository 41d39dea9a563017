"""Running the saved artifact in its runtime, and judging what it computes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cloformer.export.conversion import Conversion
from cloformer.export.parity.dense import compare_outputs
from cloformer.export.reference.run import Floats, ReferenceRun
from cloformer.export.report import ParityReport
from cloformer.export.stages import Stages
from cloformer.model import ConversionError, InputFileError, UsageError
from cloformer.model.anchors import coding_for
from cloformer.model.network import Network
from cloformer.runtimes import open_session
from cloformer.runtimes.registry import why_not_here
from cloformer.runtimes.session import SessionInfo, run_all_in_batches

from .divergence import find_divergence

_INSIDE = "run it again with --verbose for the runtime's own messages"


def check_parity(conversion: Conversion, path: Path, truth: ReferenceRun, stages: Stages) -> ParityReport:
    """Run the artifact at ``path``, in its own runtime if that runs here, and compare it with the reference."""
    reason = why_not_here(path, conversion.request.backend)
    if reason:
        return ParityReport(not_run=f"not run here: {reason}")
    with stages.stage("run and compare"):
        outputs, info = _run(conversion, path, truth.inputs(normalized=not conversion.request.normalizes))
    report = judge(conversion.model, truth, outputs, conversion.request.precision, info)
    if report.passed:
        return report
    with stages.stage("find the first divergence"):
        return report.model_copy(update={"first_divergence": find_divergence(conversion, path, truth)})


def judge(
    model: Network, truth: ReferenceRun, outputs: Mapping[str, Floats], precision: str, info: SessionInfo
) -> ParityReport:
    """Compare the outputs that ``info`` computed for the images of ``truth`` with the reference's."""
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
