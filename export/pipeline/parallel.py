"""Several exports at once, each in a process of its own; one that fails does not stop the others.

The processes start while the reference runs, so that they load their exporters meanwhile. They only write into
staging folders: this process moves what they built into the bundle, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from multiprocessing.connection import wait
from pathlib import Path
from typing import Protocol

import psutil

from cloformer.export.request.request import ArtifactRequest
from cloformer.export.stages import StageListener
from cloformer.model import CloformerError
from cloformer.runtimes.processor import usable_cores

from .build import Built, bundle_folder
from .export_process import ExportProcess
from .exporter import Artifact, deliver, staging_folder
from .job import ExportJob

_MEMORY_OF_AN_EXPORT = 2.5e9
"""The bytes that an export may need at its peak; S at 224x224 stays below."""

_POLL_SECONDS = 0.2
"""How long Ctrl-C may have to wait for an answer."""


class ExportWatcher(Protocol):
    """Who is told how far exports are."""

    def listener(self, request: ArtifactRequest) -> StageListener:
        """Return the listener for the stages of a request."""

    def ended(self, request: ArtifactRequest, result: Artifact | CloformerError) -> None:
        """Hear what became of a request."""

    def check(self) -> None:
        """Do what has to be done now and then, such as raising KeyboardInterrupt."""


def default_jobs() -> int:
    """Return how many exports this machine can do at once: one for each core, as far as there is memory."""
    return max(1, min(usable_cores(), int(psutil.virtual_memory().available / _MEMORY_OF_AN_EXPORT)))


def run_exports_at_once(
    requests: Sequence[ArtifactRequest],
    make_job: Callable[[], ExportJob],
    jobs: int,
    watcher: ExportWatcher,
) -> list[Artifact | CloformerError]:
    """Export ``requests``, at most ``jobs`` at a time, and return what became of each, in the same order.

    Args:
        requests: the artifacts to make.
        make_job: runs the reference; called once, while the first processes start.
        jobs: the most processes at a time.
        watcher: is told how far the exports are; an exception that it raises ends all of them, and nothing is left.

    Raises:
        CloformerError: the job cannot be made; failures of single exports are returned.
    """
    results: dict[int, Artifact | CloformerError] = {}
    waiting = dict(enumerate(requests))
    running: dict[int, ExportProcess] = {}

    def start_more() -> None:
        while waiting and len(running) < jobs:
            index = next(iter(waiting))
            running[index] = ExportProcess(waiting.pop(index), threads=max(1, usable_cores() // jobs))

    with ExitStack() as stack:
        stack.callback(_end, running)
        start_more()
        job = make_job()
        staging = stack.enter_context(staging_folder(job.output))
        stack.callback(_end, running)  # before the folder is removed that they write into
        while running:
            for index, process in running.items():
                if not process.is_busy:
                    process.give(job, _new_folder(staging, index))
            watcher.check()
            for index in _ready(running):
                process = running[index]
                built = process.receive(watcher.listener(process.request))
                if built is not None:
                    results[index] = _deliver(built, process, job)
                    watcher.ended(process.request, results[index])
                    running.pop(index).end()
            start_more()
    return [results[index] for index in range(len(requests))]


def _new_folder(staging: Path, index: int) -> Path:
    folder = staging / str(index)
    folder.mkdir()
    return folder


def _ready(running: dict[int, ExportProcess]) -> list[int]:
    """Wait a moment for messages, and return which of the processes have sent some."""
    sent = wait([process.connection for process in running.values()], _POLL_SECONDS)
    return [index for index, process in running.items() if process.connection in sent]


def _deliver(built: Built | CloformerError, process: ExportProcess, job: ExportJob) -> Artifact | CloformerError:
    if isinstance(built, CloformerError):
        return built
    try:
        return deliver(built, process.staging, bundle_folder(process.request, job))
    except CloformerError as error:
        return error


def _end(running: dict[int, ExportProcess]) -> None:
    for process in running.values():
        process.end()
