"""What all commands share: exit codes, messages for people or as JSON, and third-party noise kept aside."""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import typer
from click.exceptions import Abort, ClickException, Exit
from rich.console import Console
from rich.markup import escape

from cloformer.model import CloformerError

EXIT_CODES = {
    0: "done",
    2: "wrong usage",
    3: "a package or tool is missing",
    4: "bad input file",
    5: "conversion failed, or its result could not be written",
    6: "parity failed",
    130: "interrupted",
}
"""What every command exits with."""

_INTERRUPTED = 130


@dataclass
class Output:
    """How the running command talks.

    Attributes:
        as_json: one JSON document on standard output, nothing else there.
        verbose: tracebacks and the exporters' own messages.
        people: console on standard error, for progress and messages.
    """

    as_json: bool = False
    verbose: bool = False
    people: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))

    def print_json(self, value: object) -> None:
        """Print the command's result for programs."""
        print(json.dumps(value, indent=2))

    def print_error(self, problem: str, remedy: str) -> None:
        """Print a failure for people: what and why, then what to do."""
        self.people.print(f"[bold red]error:[/] {escape(problem)}", soft_wrap=True)
        if remedy:
            self.people.print(f"[bold]to do:[/] {escape(remedy)}", soft_wrap=True)


def run_command(app: typer.Typer, output: Output) -> int:
    """Run ``app`` on the process's arguments and return its exit code; every failure becomes one or two lines."""
    try:
        code = app(standalone_mode=False)
    except CloformerError as error:
        return _fail(output, error.exit_code, error.problem, error.remedy)
    except (KeyboardInterrupt, Abort):
        return _fail(output, _INTERRUPTED, "interrupted; nothing half-written was left behind", "")
    except Exit as stop:
        return int(stop.exit_code)
    except ClickException as error:
        return _fail(output, 2, error.format_message(), "see --help")
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _fail(output, 5, f"{place}{error.strerror or error}", "check the path and the free space")
    return int(code or 0)


def _fail(output: Output, code: int, problem: str, remedy: str) -> int:
    if output.verbose:
        traceback.print_exc()
    if output.as_json:
        output.print_json({"error": {"exit_code": code, "problem": problem, "remedy": remedy}})
        return code
    output.print_error(problem, remedy)
    return code


@contextmanager
def third_party_noise_aside(output: Output) -> Iterator[None]:
    """Send what libraries print while they work, also from C++, to a file; ``--verbose`` leaves it alone.

    Exporters log hundreds of lines about packages that are not installed, straight to the process's descriptors.
    ``output.people`` keeps the terminal.
    """
    if output.verbose:
        yield
        return
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    sys.stdout.flush()
    sys.stderr.flush()
    saved = {1: os.dup(1), 2: os.dup(2)}
    terminal = os.fdopen(os.dup(2), "w", encoding="utf-8")
    people, output.people = output.people, Console(file=terminal, highlight=False)
    with tempfile.TemporaryFile() as sink:
        for descriptor in saved:
            os.dup2(sink.fileno(), descriptor)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for descriptor, copy in saved.items():
                os.dup2(copy, descriptor)
                os.close(copy)
            output.people = people
            terminal.close()
            logging.disable(logging.NOTSET)
