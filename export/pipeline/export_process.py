"""A process that builds one artifact in a staging folder, and tells its parent how far it is."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import time
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from cloformer.export.request.request import ArtifactRequest
from cloformer.export.stages import PeakMemory, StageListener, Stages
from cloformer.export.target_module import load_target
from cloformer.model import CloformerError, ConversionError

from .artifact_facts import Effort
from .build import Built, build_artifact
from .exporter import writing_under
from .job import ExportJob

_CONTEXT = multiprocessing.get_context("spawn")  # PyTorch's threads do not survive a fork


class ExportProcess:
    """The parent's side of a process. It starts at once, and loads its exporter until it is given something to do.

    Attributes:
        request: the artifact that it makes.
        is_busy: whether it was given something to do.
        staging: the folder that it then writes into.
        connection: the end of the pipe at which its messages arrive.
    """

    def __init__(self, request: ArtifactRequest, threads: int) -> None:
        self.request = request
        self.is_busy = False
        self.staging = Path()
        self.connection, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_work, args=(request, threads, theirs))
        self._process.start()
        theirs.close()  # so that the pipe ends when the process does

    def give(self, job: ExportJob, folder: Path) -> None:
        """Let it build its artifact in ``folder``."""
        self.is_busy, self.staging = True, folder
        with suppress(BrokenPipeError):  # it has ended already; receive says so
            self.connection.send((job, folder))

    def receive(self, listener: StageListener) -> Built | CloformerError | None:
        """Read one message: tell ``listener`` of a stage and return None, or return how the export ended.

        Raises:
            Exception: a bug in the export.
        """
        try:
            message = self.connection.recv()
        except (EOFError, OSError):
            self._process.join()
            return ConversionError(
                f"the process that exports to {self.request.target.title} ended with code {self._process.exitcode}",
                "try --jobs 1, which needs less memory",
            )
        if isinstance(message, Exception) and not isinstance(message, CloformerError):
            raise message
        if isinstance(message, Built | CloformerError):
            return message
        listener(*message)
        return None

    def end(self) -> None:
        """End the process, whatever it is doing; ending it again does nothing."""
        self._process.kill()
        self._process.join()
        self.connection.close()


def _work(request: ArtifactRequest, threads: int, connection: Connection) -> None:
    """Build what arrives at ``connection``, and send stages and then the result."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which ends this process
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(Exception):  # what is wrong with the exporter is said when it is used
        load_target(request.target.name)
    import torch  # noqa: PLC0415 - the parent's command line has no need of it

    torch.set_num_threads(threads)
    try:
        job, folder = connection.recv()
    except EOFError:
        return
    connection.send(_build(request, job, folder, connection))


def _build(request: ArtifactRequest, job: ExportJob, folder: Path, connection: Connection) -> Built | Exception:
    stages = Stages(lambda name, seconds: connection.send((name, seconds)))
    try:
        with writing_under(job.output), PeakMemory() as memory:
            return build_artifact(folder, request, job, Effort(stages, memory, time.perf_counter()))
    except Exception as error:  # every failure is the parent's to report
        error.add_note(traceback.format_exc())
        return error if _can_be_sent(error) else RuntimeError(repr(error))


def _can_be_sent(error: Exception) -> bool:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # whatever the exception's own class does wrong
        return False
    return True


def _end_with_parent() -> None:
    """End this process when its parent has ended, even if that was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
