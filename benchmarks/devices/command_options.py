"""Checks and output that the commands for phones share."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from rich.markup import escape

from cloformer import __version__
from cloformer.benchmarks.host.table import show_records
from cloformer.benchmarks.records import Measurement
from cloformer.benchmarks.records.parts import ToolFacts
from cloformer.command_line import Output
from cloformer.install_command import install_command
from cloformer.model import MissingPackageError, UsageError
from cloformer.runtimes.bundle.bundle import open_bundle

_FAILED = 5
_MOST_THREADS = 64


def check_package(package: str, extra: str) -> None:
    """Check that the package that talks to phones is installed.

    Raises:
        MissingPackageError: the package is not installed.
    """
    if find_spec(package) is None:
        raise MissingPackageError(f"talking to the phone needs {package}", install_command([package], extra))


def check_request(bundles: Sequence[Path], threads: Sequence[int]) -> None:
    """Check the arguments before looking for a phone.

    Raises:
        UsageError: a thread count is out of range.
        InputFileError: one of ``bundles`` is not a bundle.
    """
    if any(not 1 <= count <= _MOST_THREADS for count in threads):
        raise UsageError(f"--threads must be between 1 and {_MOST_THREADS}")
    for bundle in bundles:
        open_bundle(bundle)


def check_records(records: Path, *, resume: bool) -> None:
    """Check that no existing records would be overwritten.

    Raises:
        UsageError: the file exists, and ``resume`` is not set.
    """
    if records.exists() and not resume:
        raise UsageError(
            f"{records} already exists", "continue it with --resume, or choose another file with --records"
        )


def this_tool() -> ToolFacts:
    """Return the facts about this tool, with the command as it was typed."""
    request = shlex.join(["cloformer-bench", *sys.argv[1:]])
    return ToolFacts(name="cloformer-bench", version=__version__, request=request)


def tell(output: Output, what: str) -> None:
    """Print progress; if Ctrl-C was pressed, the run ends here."""
    output.stop_if_interrupted()
    output.people.print(escape(what), soft_wrap=True)


def finish(found: Sequence[Measurement], records: Path, output: Output) -> int:
    """Show the records and return the exit code."""
    if output.as_json:
        output.print_json([record.model_dump(mode="json") for record in found])
    else:
        show_records(found, output)
        output.people.print(f"Records: {records}")
    bad = any(record.failure or (record.self_test and not record.self_test.passed) for record in found)
    return _FAILED if bad else 0
