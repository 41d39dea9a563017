"""Running the jobs: each in its own process, with its result on disk before the next one starts."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cloformer.benchmarks.peak_memory import MemoryOrder, peak_memory
from cloformer.benchmarks.records import Measurement, append_line, read_records, replace_records, summarize_samples
from cloformer.benchmarks.records.parts import DeviceFacts, InputUsed, ToolFacts
from cloformer.model import CloformerError, UsageError

from .cases import HostCase
from .schedule import MEMORY, Job, make_jobs, seconds_left
from .timing import TimingOrder, time_repeat


@dataclass(frozen=True)
class Progress:
    """Progress after one job.

    Attributes:
        line: record line that the job produced.
        done: number of jobs done so far.
        seconds_left: estimated time for the remaining jobs.
    """

    line: Measurement
    job: Job
    done: int
    jobs: int
    seconds_left: float


def measure_host_cases(
    cases: Sequence[HostCase],
    journal: Path,
    device: DeviceFacts,
    tool: ToolFacts,
    tell: Callable[[Progress], None],
) -> list[Measurement]:
    """Measure what is missing from ``journal``, and return the record of each case.

    A case that fails gets a record with the reason, and the other cases continue.

    Raises:
        UsageError: the journal is from another machine.
    """
    known = read_records(journal) if journal.exists() else []
    if any(record.device != device for record in known):
        raise UsageError(f"{journal} has records from another machine", "write this machine's records to another file")
    jobs = make_jobs(cases, known)
    took: list[tuple[str, float]] = []
    failed: set[str] = set()
    for number, job in enumerate(jobs, start=1):
        if job.case.id in failed:
            continue
        start = time.perf_counter()
        line = _do(job, device, tool)
        append_line(journal, line)
        took.append((job.case.id, time.perf_counter() - start))
        if line.failure:
            failed.add(job.case.id)
        left = [each for each in jobs[number:] if each.case.id not in failed]
        tell(Progress(line, job, number, len(jobs), seconds_left(left, took)))
    records = read_records(journal)
    replace_records(journal, records)
    wanted = {case.id for case in cases}
    return [record for record in records if record.case in wanted]


def _do(job: Job, device: DeviceFacts, tool: ToolFacts) -> Measurement:
    case = job.case
    line = Measurement(
        case=case.id,
        tool=tool,
        device=device,
        runtime=case.runtime,
        artifact=case.artifact,
        model=case.model,
        input=InputUsed(shape=case.shape, dtype="float32", content="random"),
        protocol=case.protocol,
    )
    path, threads = str(case.path), case.runtime.threads
    try:
        if job.repeat == MEMORY:
            memory = peak_memory(MemoryOrder(artifact=path, shape=case.shape, backend=case.backend, threads=threads))
            return line.model_copy(update={"memory": memory})
        order = TimingOrder(
            artifact=path,
            shape=case.shape,
            backend=case.backend,
            threads=threads,
            protocol=case.protocol,
            index=job.repeat,
        )
        repeat = time_repeat(order)
    except CloformerError as error:
        return line.model_copy(update={"failure": error.problem})
    return line.model_copy(update={"repeats": (repeat,), "summary": summarize_samples([repeat.samples_ns])})
