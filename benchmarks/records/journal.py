"""Files of records in JSON Lines: a killed run leaves complete lines and at most one truncated line at the end."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from cloformer.benchmarks.json_lines import append_lines, read_whole_lines
from cloformer.model import InputFileError
from cloformer.model.errors import first_violation
from cloformer.whole_file import written_whole

from .join import join_lines
from .record import SCHEMA_VERSION, Measurement


def append_line(path: Path, record: Measurement) -> None:
    """Append one line in one write, and wait until it is on disk.

    If a killed writer left a truncated last line, it is removed first.
    """
    append_lines(path, [_as_line(record)])


def replace_records(path: Path, records: list[Measurement]) -> None:
    """Replace the file's contents with these records, one line each; the old file stays until the new one is whole."""
    with written_whole(path) as unfinished, unfinished.open("wb") as file:
        file.writelines(map(_as_line, records))
        file.flush()
        os.fsync(file.fileno())


def read_records(path: Path) -> list[Measurement]:
    """Return one record per case; a last line without a line break was truncated by a kill and is ignored.

    Raises:
        InputFileError: the file cannot be read, or a line is not a record.
    """
    try:
        lines = read_whole_lines(path)
    except OSError as error:
        raise InputFileError(f"cannot read the records in {path}: {error.strerror}", "give a .jsonl file") from error
    return join_lines(_parse(path, number, line) for number, line in enumerate(lines, start=1) if line)


def _as_line(record: Measurement) -> bytes:
    return record.model_dump_json().encode() + b"\n"


def _parse(path: Path, number: int, line: bytes) -> Measurement:
    try:
        return Measurement.model_validate_json(line)
    except ValidationError as error:
        problem = first_violation(error, "the line")
        raise InputFileError(
            f"{path}, line {number} does not follow measurement schema {SCHEMA_VERSION}: {problem}",
            "measure again with this version, or remove the line",
        ) from error
