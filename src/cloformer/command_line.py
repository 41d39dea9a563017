"""Code that all commands share: exit codes, messages for people or as JSON, and hiding of third-party output."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

import typer
from rich.console import Console
from rich.markup import escape

from cloformer.model import CloformerError
from cloformer.model.errors import first_line

EXIT_CODES = {
    0: "done",
    1: "a bug in this toolkit",
    2: "wrong usage",
    3: "a package or tool is missing",
    4: "bad input file",
    5: "conversion failed, or its result could not be written",
    6: "parity failed",
    7: "delegation budget exceeded",
    8: "a measurement is worse than another",
    130: "interrupted",
}
"""Exit code -> meaning, for every command."""

_BUG, _USAGE, _WRITING, _INTERRUPTED = 1, 2, 5, 130


@dataclass
class Output:
    """The output settings of the running command.

    Attributes:
        as_json: whether to print one JSON document, and nothing else, to standard output.
        verbose: whether to show tracebacks and the messages of third-party libraries.
        people: the console on standard error, for progress and messages.
        interrupted: whether Ctrl-C was pressed.
    """

    as_json: bool = False
    verbose: bool = False
    people: Console = field(default_factory=lambda: Console(stderr=True, highlight=False, emoji=False))
    interrupted: bool = False

    def stop_if_interrupted(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed: some libraries swallow the first one while they load."""
        if self.interrupted:
            raise KeyboardInterrupt

    def print_json(self, value: object) -> None:
        """Print the command's result as JSON, for programs."""
        print(json.dumps(value, indent=2), flush=True)

    def warn(self, text: str) -> None:
        """Warn people about something they may not want; programs find it in the JSON result."""
        if not self.as_json:
            self.people.print(f"[bold yellow]note:[/] {escape(text)}", soft_wrap=True)

    def print_error(self, problem: str, remedy: str) -> None:
        """Print a failure for people: what went wrong and why, then what to do."""
        self.people.print(f"[bold red]error:[/] {escape(problem)}", soft_wrap=True)
        if remedy:
            self.people.print(f"[bold]to do:[/] {escape(remedy)}", soft_wrap=True)


def run_command(app: typer.Typer, output: Output) -> int:
    """Run ``app`` on the process's arguments and return its exit code; every failure is printed in one or two lines."""
    # --json and --verbose also apply to errors in the command line itself.
    output.as_json, output.verbose, output.interrupted = "--json" in sys.argv, "--verbose" in sys.argv, False
    try:
        with _ctrl_c_noted(output):
            code = int(app(standalone_mode=False) or 0)
            if code == _INTERRUPTED:  # typer returns this code instead of raising
                raise KeyboardInterrupt
    except (Exception, KeyboardInterrupt) as error:
        return _fail(output, *_explain(KeyboardInterrupt() if output.interrupted else error))
    return code


def _explain(error: BaseException) -> tuple[int, str, str]:
    """Return the exit code for ``error``, what went wrong, and what to do about it."""
    match error:
        case CloformerError():
            return error.exit_code, error.problem, error.remedy
        case KeyboardInterrupt():
            return _INTERRUPTED, "interrupted; nothing half-written was left behind", ""
        case typer.TyperException():  # typer rejected the command line
            return _USAGE, error.format_message().rstrip("."), "see --help"
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            return _WRITING, f"{place}{error.strerror or error}", "check the path and the free space"
    problem = f"a bug in cloformer: {type(error).__name__}: {first_line(error)}"
    return _BUG, problem, "run the command again with --verbose and report its output"


@contextmanager
def _ctrl_c_noted(output: Output) -> Iterator[None]:
    def note(number: int, frame: FrameType | None) -> None:
        output.interrupted = True
        signal.default_int_handler(number, frame)

    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # ignored, as for a shell's background jobs
        yield
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _fail(output: Output, code: int, problem: str, remedy: str) -> int:
    if output.verbose and sys.exception() is not None:
        traceback.print_exc()
    if output.as_json:
        try:
            output.print_json({"errors": [{"exit_code": code, "problem": problem, "remedy": remedy}]})
            return code
        except OSError:  # standard output is not writable: drop its buffer, and tell people
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    output.print_error(problem, remedy)
    return code


@contextmanager
def third_party_noise_aside(output: Output) -> Iterator[None]:
    """Discard what libraries print, including from C++; with ``--verbose``, send it to standard error.

    Exporters log hundreds of lines about packages that are not installed, directly to the process's file descriptors.
    ``output.people`` still writes to the terminal.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    saved = {1: os.dup(1), 2: os.dup(2)}
    terminal = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace")
    people, output.people = output.people, Console(file=terminal, highlight=False, emoji=False)
    aside = os.dup(2) if output.verbose else os.open(os.devnull, os.O_WRONLY)
    try:
        with warnings.catch_warnings():
            if not output.verbose:
                warnings.simplefilter("ignore")
                logging.disable(logging.WARNING)
            for descriptor in saved:
                os.dup2(aside, descriptor)
            yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, copy in saved.items():
            os.dup2(copy, descriptor)
            os.close(copy)
        os.close(aside)
        output.people = people
        terminal.close()
        logging.disable(logging.NOTSET)
