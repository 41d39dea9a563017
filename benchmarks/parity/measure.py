"""Filling the cells: export once, run in each runtime, compare; a record a cell is kept, and a later call goes on."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterable
from importlib import metadata
from itertools import groupby
from pathlib import Path

from pydantic import ValidationError

from cloformer.export.export_job import ExportJob
from cloformer.export.exporter import run_export
from cloformer.export.parity import compare
from cloformer.export.reference_run import run_reference
from cloformer.export.report import ParityReport
from cloformer.export.request import Request
from cloformer.export.stages import Stages
from cloformer.model import create_model, describe_weights, preprocessing_for
from cloformer.model.errors import CloformerError
from cloformer.model.labels import default_labels
from cloformer.runtimes.manifest import Facts
from cloformer.runtimes.open_session import open_artifact
from cloformer.runtimes.session import run_in_batches

from .cells import Cell

_TOOLS = ("torch", "onnxruntime", "coremltools", "executorch", "coreai-core", "onnxruntime-qnn")

Listener = Callable[[Cell, "Record"], None]


class Record(Facts):
    """What is known of one cell.

    Attributes:
        cloformer: this toolkit's version; another one's records are not used.
        megabytes: of the artifact; null where nothing ran.
        device: what the numbers were computed on, and under which system.
    """

    variant: str
    target: str
    delegate: str | None
    precision: str
    runtime: str
    cloformer: str
    parity: ParityReport
    megabytes: float | None = None
    device: str | None = None


def measure(cells: Iterable[Cell], image_size: tuple[int, int], folder: Path, listener: Listener) -> list[Record]:
    """Fill every cell; what ``folder`` already holds is not done again.

    A cell whose export or run fails holds the reason, and is tried again by the next call.
    """
    found: list[Record] = []
    for variant, of_variant in groupby(cells, lambda cell: cell.variant):
        job: ExportJob | None = None
        for request, group in groupby(of_variant, lambda cell: cell.request):
            todo: list[Cell] = []
            for cell in group:
                record = _without_running(cell, folder)
                if record is None:
                    todo.append(cell)
                else:
                    found.append(record)
                    listener(cell, record)
            if todo and request is not None:
                job = job or _make_job(variant, image_size, folder)
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
    return record if record.cloformer == metadata.version("cloformer") else None


def _make_job(variant: str, image_size: tuple[int, int], folder: Path) -> ExportJob:
    model = create_model(variant)
    truth = run_reference(model, preprocessing_for(*image_size))
    labels = tuple(default_labels(model.num_classes))
    return ExportJob(model, truth, labels, describe_weights(model), folder / "artifacts", parity=False)


def _run(cells: list[Cell], request: Request, job: ExportJob) -> Iterable[tuple[Cell, Record]]:
    try:
        artifact = run_export(request, job, Stages()).path
    except CloformerError as error:
        for cell in cells:
            yield cell, _record(cell, ParityReport(not_run=f"export failed: {error.problem}"))
        return
    for cell in cells:
        try:
            yield cell, _compare(cell, artifact, job)
        except CloformerError as error:
            yield cell, _record(cell, ParityReport(not_run=f"run failed: {error.problem}"))
    remove = shutil.rmtree if artifact.is_dir() else Path.unlink
    remove(artifact)


def _compare(cell: Cell, artifact: Path, job: ExportJob) -> Record:
    with open_artifact(artifact, cell.runtime.backend, threads=None) as session:
        outputs = run_in_batches(session, job.truth.images, session.shape[0])
        info = session.describe()
    report = compare(job.truth.logits, outputs, cell.precision).model_copy(
        update={"runtime": f"{info.runtime} {info.version}, {info.backend}", "substitute": info.substitute}
    )
    size = sum(file.stat().st_size for file in [artifact, *artifact.rglob("*")] if file.is_file())
    return _record(cell, report).model_copy(
        update={"megabytes": size / 1e6, "device": f"{info.device}, {platform.system()}"}
    )


def _record(cell: Cell, parity: ParityReport) -> Record:
    return Record(
        variant=cell.variant,
        target=cell.target.name,
        delegate=cell.delegate,
        precision=cell.precision,
        runtime=cell.runtime.title,
        cloformer=metadata.version("cloformer"),
        parity=parity,
    )
