"""Records as a table in the terminal, and progress as one line per job."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from cloformer.benchmarks.records import Measurement
from cloformer.command_line import Output

from .run import Progress

MILLISECOND = 1e6
"""One millisecond in nanoseconds."""


_HEADINGS = ("model", "runtime", "ms", "p90", "noise", "load", "MB", "")
"""Column headings. "ms" is the median, "load" the first and second load in ms, "MB" memory above the runtime's own."""


def progress_line(progress: Progress) -> str:
    """Return one line with the result of a job and the time that the remaining jobs will take."""
    left = f"about {max(1, round(progress.seconds_left / 60))} min left" if progress.seconds_left else "done"
    return f"{progress.done}/{progress.jobs} {progress.job.case.title}: {_found(progress.line)} ({left})"


def show_records(records: Sequence[Measurement], output: Output) -> None:
    """Print a table with one row per case."""
    table = Table(title=escape(f"{records[0].device.model}, {records[0].device.os_version}") if records else None)
    for heading in _HEADINGS:
        table.add_column(heading, justify="left" if heading in ("model", "runtime", "") else "right")
    for record in records:
        table.add_row(*map(escape, _row(record)))
    output.people.print(table)


def _row(record: Measurement) -> list[str]:
    summary, memory, threads = record.summary, record.memory, record.runtime.threads
    head = [
        f"{record.model.family} {record.model.variant} {record.artifact.precision}",
        f"{record.runtime.name} {record.runtime.backend}" + (f" x{threads}" if threads else ""),
    ]
    if summary is None or record.failure:
        return [*head, "", "", "", "", "", f"failed: {record.failure}"]
    loads = [repeat.load for repeat in record.repeats]
    cold, warm = min(each.cold_ns for each in loads), min(each.warm_ns for each in loads)
    return [
        *head,
        f"{summary.median_ns / MILLISECOND:.2f}",
        f"{summary.p90_ns / MILLISECOND:.2f}",
        f"{100 * summary.noise:.0f} %",
        f"{cold / MILLISECOND:.0f}/{warm / MILLISECOND:.0f}",
        f"{(memory.peak_bytes - memory.before_bytes) / 2**20:.0f}" if memory else "",
        _remark(record),
    ]


def _remark(record: Measurement) -> str:
    if record.throttled:
        return "throttled"
    return "the machine was busy" if record.disturbed else ""


def _found(line: Measurement) -> str:
    if line.failure:
        return f"failed: {line.failure}"
    if line.memory:
        return f"{(line.memory.peak_bytes - line.memory.before_bytes) / 2**20:.0f} MB above the runtime's own"
    assert line.summary
    (repeat,) = line.repeats
    busy = f", with {repeat.interference.other_cpu_cores:.1f} cores busy elsewhere" if line.disturbed else ""
    return f"{line.summary.median_ns / MILLISECOND:.2f} ms{busy}"
