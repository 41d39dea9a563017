"""Adding artifacts to a bundle: everything is written aside first and moved in at the end, or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from pydantic import ValidationError

from cloformer.model import InputFileError, UsageError
from cloformer.runtimes.bundle import read_manifest
from cloformer.runtimes.manifest import LABELS_NAME, MANIFEST_NAME, Manifest

from .golden import GOLDEN_FOLDER
from .report import Report, ReportEntry

REPORT_NAME = "report.json"
FAILED_SUFFIX = ".failed"


def labels_text(labels: tuple[str, ...]) -> str:
    """Return the content of ``labels.txt``."""
    return "".join(f"{label}\n" for label in labels)


def labels_sha256(labels: tuple[str, ...]) -> str:
    """Return the hash of ``labels.txt``."""
    return hashlib.sha256(labels_text(labels).encode()).hexdigest()


def check_joinable(bundle: Path, manifest: Manifest) -> None:
    """Refuse to mix models: an existing bundle must hold the same model, preprocessing and labels.

    Raises:
        InputFileError: the existing manifest is damaged.
        UsageError: the folder holds another model.
    """
    if not (bundle / MANIFEST_NAME).exists():
        return
    existing = read_manifest(bundle / MANIFEST_NAME)
    for name in ("model", "preprocessing", "labels_sha256"):
        if getattr(existing, name) != getattr(manifest, name):
            what = "labels" if name == "labels_sha256" else name
            raise UsageError(
                f"{bundle} already holds a bundle with another {what}",
                "choose another --output, or remove it",
            )


def commit(
    bundle: Path,
    staging: Path,
    manifest: Manifest,
    entry: ReportEntry,
) -> None:
    """Move what ``staging`` holds into ``bundle``, and bring its manifest and report up to date.

    ``manifest`` names the new artifacts; a bundle that is already there keeps its others. A failed artifact is
    staged under its ``.failed`` name and stays out of the manifest.
    """
    bundle.mkdir(parents=True, exist_ok=True)
    with FileLock(bundle / ".lock"), _uninterrupted():
        check_joinable(bundle, manifest)
        is_new = not (bundle / MANIFEST_NAME).exists()
        merged = manifest if is_new else _merge(read_manifest(bundle / MANIFEST_NAME), manifest)
        report = _merge_report(bundle / REPORT_NAME, entry)
        _write(staging / MANIFEST_NAME, merged.model_dump_json(indent=2) + "\n")
        _write(staging / REPORT_NAME, report.model_dump_json(indent=2) + "\n")
        for path in sorted(staging.iterdir()):
            if not is_new and path.name in (GOLDEN_FOLDER, LABELS_NAME):
                continue
            _move(path, bundle / path.name)
            _remove(bundle / f"{path.name}{FAILED_SUFFIX}")
        (bundle / ".lock").unlink(missing_ok=True)


def _merge(existing: Manifest, new: Manifest) -> Manifest:
    artifacts = {artifact.file: artifact for artifact in (*existing.artifacts, *new.artifacts)}
    return existing.model_copy(update={"artifacts": tuple(artifacts[file] for file in sorted(artifacts))})


def _merge_report(path: Path, entry: ReportEntry) -> Report:
    entries: dict[str, ReportEntry] = {}
    if path.exists():
        try:
            entries = {old.file: old for old in Report.model_validate_json(path.read_text("utf-8")).root}
        except ValidationError as error:
            raise InputFileError(f"{path} is damaged", "remove the bundle and export again") from error
    entries[entry.file] = entry
    entries.pop(entry.file + FAILED_SUFFIX, None)
    return Report(tuple(entries[file] for file in sorted(entries)))


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _move(source: Path, final: Path) -> None:
    """Put ``source`` in the place of ``final``; a folder cannot be replaced in one step, so the old one steps aside."""
    if final.is_dir():
        aside = source.with_name(f"{source.name}.old")
        final.rename(aside)
        source.rename(final)
        shutil.rmtree(aside)
    else:
        source.replace(final)


def _remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back for the few milliseconds of the moves, where the system can."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
