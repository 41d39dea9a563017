"""Filling the cells: export once, run in each runtime, compare. Each cell's record is kept, so a run can be resumed."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterable
from importlib import metadata
from itertools import groupby
from pathlib import Path

from pydantic import ValidationError

from cloformer import __version__
from cloformer.export.pipeline.check_parity import judge
from cloformer.export.pipeline.exporter import Artifact, run_export
from cloformer.export.pipeline.job import ExportJob, make_job
from cloformer.export.report import DelegationReport, ParityReport
from cloformer.export.request.request import ArtifactRequest
from cloformer.export.stages import Stages
from cloformer.model import create_network, describe_weights
from cloformer.model.errors import CloformerError
from cloformer.model.tasks import TaskName
from cloformer.runtimes.bundle.manifest import Facts
from cloformer.runtimes.opening import open_artifact
from cloformer.runtimes.registry import RUNTIMES
from cloformer.runtimes.session import run_all_in_batches
from cloformer.whole_file import written_whole

from .cells import Cell

Listener = Callable[[Cell, "CellRecord"], None]


class CellRecord(Facts):
    """The result of one cell.

    Attributes:
        cloformer: version of this toolkit; records of other versions are not reused.
        megabytes: size of the artifact; null if nothing ran.
        device: processor that computed the numbers, and its operating system.
        delegation: which operators the backend runs; null if unknown.
    """

    variant: str
    task: TaskName
    target: str
    delegate: str | None
    precision: str
    runtime: str
    cloformer: str
    parity: ParityReport
    megabytes: float | None = None
    device: str | None = None
    delegation: DelegationReport | None = None


def measure_cells(
    cells: Iterable[Cell], image_size: tuple[int, int], folder: Path, listener: Listener
) -> list[CellRecord]:
    """Return the record of every cell; cells with a record in ``folder`` are not measured again.

    If a cell's export or run fails, its record gives the reason, and the next call tries the cell again.
    """
    found: list[CellRecord] = []
    for (variant, task), of_network in groupby(cells, lambda cell: (cell.variant, cell.task)):
        job: ExportJob | None = None
        for request, group in groupby(of_network, lambda cell: cell.request):
            todo: list[Cell] = []
            for cell in group:
                record = _without_running(cell, folder)
                if record is None:
                    todo.append(cell)
                else:
                    found.append(record)
                    listener(cell, record)
            if todo and request is not None:
                job = job or _make_job(variant, task, image_size, folder)
                for cell, record in _run(todo, request, job):
                    if record.parity.passed is not None:
                        with written_whole(_path(cell, folder)) as unfinished:
                            unfinished.write_text(record.model_dump_json(indent=2) + "\n", "utf-8")
                    found.append(record)
                    listener(cell, record)
    return found


def tool_versions() -> dict[str, str]:
    """Return the versions of the runtimes' packages that are installed."""
    distributions = metadata.packages_distributions()
    names = [min(distributions[spec.package]) for spec in RUNTIMES if spec.package in distributions]
    return {name: metadata.version(name) for name in dict.fromkeys(names)}


def _path(cell: Cell, folder: Path) -> Path:
    return folder / f"{cell.name}.json"


def _without_running(cell: Cell, folder: Path) -> CellRecord | None:
    """Return the record of a cell that cannot be measured or already was, or None if it is still to be measured."""
    if cell.missing:
        return _record(cell, ParityReport(not_run=cell.missing))
    try:
        record = CellRecord.model_validate_json(_path(cell, folder).read_text("utf-8"))
    except (OSError, ValidationError):
        return None
    return record if record.cloformer == __version__ else None


def _make_job(variant: str, task: TaskName, image_size: tuple[int, int], folder: Path) -> ExportJob:
    model = create_network(variant, task)
    return make_job(model, image_size, folder / "artifacts", Stages(), weights=describe_weights(model), parity=False)


def _run(cells: list[Cell], request: ArtifactRequest, job: ExportJob) -> Iterable[tuple[Cell, CellRecord]]:
    try:
        made = run_export(request, job, Stages())
    except CloformerError as error:
        for cell in cells:
            yield cell, _record(cell, ParityReport(not_run=f"export failed: {error.problem}"))
        return
    for cell in cells:
        try:
            yield cell, _compare(cell, made, job)
        except CloformerError as error:
            yield cell, _record(cell, ParityReport(not_run=f"run failed: {error.problem}"))
    remove = shutil.rmtree if made.path.is_dir() else Path.unlink
    remove(made.path)


def _compare(cell: Cell, made: Artifact, job: ExportJob) -> CellRecord:
    artifact = made.path
    with open_artifact(artifact, cell.runtime.backend, threads=None) as session:
        outputs = run_all_in_batches(session, job.truth.images, session.shape[0])
        info = session.describe()
    report = judge(job.model, job.truth, outputs, cell.precision, info)
    size = sum(file.stat().st_size for file in [artifact, *artifact.rglob("*")] if file.is_file())
    return _record(cell, report).model_copy(
        update={
            "megabytes": size / 1e6,
            "device": f"{info.device}, {platform.system()}",
            "delegation": made.report.delegation,
        }
    )


def _record(cell: Cell, parity: ParityReport) -> CellRecord:
    return CellRecord(
        variant=cell.variant,
        task=cell.task,
        target=cell.target.name,
        delegate=cell.delegate,
        precision=cell.precision,
        runtime=cell.runtime.title,
        cloformer=__version__,
        parity=parity,
    )
