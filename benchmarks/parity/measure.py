"""Filling the cells: export once, run in each runtime, compare; a record a cell is kept, and a later call goes on."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterable
from importlib import metadata
from itertools import groupby
from pathlib import Path

from pydantic import ValidationError

from cloformer import __version__
from cloformer.export.check_parity import judge
from cloformer.export.export_job import ExportJob
from cloformer.export.exporter import Artifact, run_export
from cloformer.export.reference_run import run_reference
from cloformer.export.report import DelegationReport, ParityReport
from cloformer.export.request import Request
from cloformer.export.stages import Stages
from cloformer.model import create_network, describe_weights, preprocessing_for
from cloformer.model.errors import CloformerError
from cloformer.model.labels import default_labels
from cloformer.model.tasks import TaskName
from cloformer.runtimes.manifest import Facts
from cloformer.runtimes.open_session import open_artifact
from cloformer.runtimes.session import run_all_in_batches

from .cells import Cell

_TOOLS = ("torch", "onnxruntime", "coremltools", "executorch", "coreai-core", "onnxruntime-qnn")

Listener = Callable[[Cell, "Record"], None]


class Record(Facts):
    """What is known of one cell.

    Attributes:
        cloformer: this toolkit's version; another one's records are not used.
        megabytes: of the artifact; null where nothing ran.
        device: what the numbers were computed on, and under which system.
        delegation: what the backend takes; null where that is not known.
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


def measure(cells: Iterable[Cell], image_size: tuple[int, int], folder: Path, listener: Listener) -> list[Record]:
    """Fill every cell; what ``folder`` already holds is not done again.

    A cell whose export or run fails holds the reason, and is tried again by the next call.
    """
    found: list[Record] = []
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
                        _path(cell, folder).write_text(record.model_dump_json(indent=2) + "\n", "utf-8")
                    found.append(record)
                    listener(cell, record)
    return found


def tool_versions() -> dict[str, str]:
    """Return the versions of the packages that export and run, where they are installed."""
    installed = {each.metadata["Name"].lower().replace("_", "-"): each.version for each in metadata.distributions()}
    return {tool: installed[tool] for tool in _TOOLS if tool in installed}


def _path(cell: Cell, folder: Path) -> Path:
    return folder / f"{cell.name}.json"


def _without_running(cell: Cell, folder: Path) -> Record | None:
    """Return the record of a cell that cannot be measured or was; None where it is to be done."""
    if cell.missing:
        return _record(cell, ParityReport(not_run=cell.missing))
    try:
        record = Record.model_validate_json(_path(cell, folder).read_text("utf-8"))
    except (OSError, ValidationError):
        return None
    return record if record.cloformer == __version__ else None


def _make_job(variant: str, task: TaskName, image_size: tuple[int, int], folder: Path) -> ExportJob:
    model = create_network(variant, task)
    truth = run_reference(model, preprocessing_for(*image_size, task))
    labels = tuple(default_labels(model.num_classes, task=task))
    return ExportJob(model, truth, labels, describe_weights(model), folder / "artifacts", parity=False)


def _run(cells: list[Cell], request: Request, job: ExportJob) -> Iterable[tuple[Cell, Record]]:
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


def _compare(cell: Cell, made: Artifact, job: ExportJob) -> Record:
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


def _record(cell: Cell, parity: ParityReport) -> Record:
    return Record(
        variant=cell.variant,
        task=cell.task,
        target=cell.target.name,
        delegate=cell.delegate,
        precision=cell.precision,
        runtime=cell.runtime.title,
        cloformer=__version__,
        parity=parity,
    )
