"""Adding artifacts to a bundle: everything is staged first, then moved in at the end, or not at all."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from filelock import FileLock
from pydantic import ValidationError

from cloformer.export.report import Report, ReportEntry
from cloformer.model import InputFileError, UsageError
from cloformer.runtimes.bundle.bundle import open_bundle, read_manifest
from cloformer.runtimes.bundle.manifest import LABELS_NAME, MANIFEST_NAME, Manifest

from .golden import GOLDEN_FOLDER

REPORT_NAME = "report.json"
FAILED_SUFFIX = ".failed"

_LOCK_NAME = ".lock"
_SHARED = {"model": "weights", "preprocessing": "preprocessing", "labels_sha256": "labels"}
"""What all artifacts of a bundle have in common, by field of the manifest."""

_START_ANEW = "choose another --output, or remove that bundle"


def labels_text(labels: tuple[str, ...]) -> str:
    """Return the content of ``labels.txt``."""
    return "".join(f"{label}\n" for label in labels)


def labels_sha256(labels: tuple[str, ...]) -> str:
    """Return the hash of ``labels.txt``."""
    return hashlib.sha256(labels_text(labels).encode()).hexdigest()


def check_joinable(bundle: Path, manifest: Manifest) -> None:
    """Refuse to mix models: an existing bundle must be intact and contain the same model, preprocessing and labels.

    Raises:
        InputFileError: the existing bundle is damaged.
        UsageError: the folder contains another model, or is not a folder.
    """
    if bundle.exists() and not bundle.is_dir():
        raise UsageError(f"{bundle} is a file; the bundle's folder has that name", "choose another --output")
    if not (bundle / MANIFEST_NAME).exists():
        return
    try:
        opened = open_bundle(bundle)
        opened.golden()
    except InputFileError as error:
        raise InputFileError(f"nothing can be added to a damaged bundle: {error.problem}", _START_ANEW) from error
    _read_report(bundle / REPORT_NAME)
    existing = opened.manifest
    for name, what in _SHARED.items():
        if getattr(existing, name) != getattr(manifest, name):
            raise UsageError(
                f"{bundle} already contains a bundle with other {what}",
                _START_ANEW,
            )


def commit(
    bundle: Path,
    staging: Path,
    manifest: Manifest,
    entry: ReportEntry,
) -> None:
    """Move what ``staging`` holds into ``bundle``, and bring its manifest and report up to date.

    ``manifest`` names the new artifacts; an existing bundle keeps its others. A failed artifact is staged under its
    ``.failed`` name and stays out of the manifest. If anything fails, the bundle stays as it was.
    """
    bundle.mkdir(parents=True, exist_ok=True)
    with FileLock(bundle / _LOCK_NAME), _uninterrupted():
        try:
            check_joinable(bundle, manifest)
            is_new = not (bundle / MANIFEST_NAME).exists()
            merged = manifest if is_new else _merge(read_manifest(bundle / MANIFEST_NAME), manifest)
            report = _merge_report(bundle / REPORT_NAME, entry)
            _write(staging / MANIFEST_NAME, merged.model_dump_json(indent=2) + "\n")
            _write(staging / REPORT_NAME, report.model_dump_json(indent=2) + "\n")
            kept = {MANIFEST_NAME} if is_new else {MANIFEST_NAME, GOLDEN_FOLDER, LABELS_NAME}
            _move_in(staging, bundle, sorted({path.name for path in staging.iterdir()} - kept))
        finally:
            (bundle / _LOCK_NAME).unlink(missing_ok=True)
            if not any(bundle.iterdir()):
                bundle.rmdir()


def _merge(existing: Manifest, new: Manifest) -> Manifest:
    artifacts = {artifact.file: artifact for artifact in (*existing.artifacts, *new.artifacts)}
    return existing.model_copy(update={"artifacts": tuple(artifacts[file] for file in sorted(artifacts))})


def _merge_report(path: Path, entry: ReportEntry) -> Report:
    entries = {old.file: old for old in _read_report(path).root}
    entries[entry.file] = entry
    entries.pop(entry.file + FAILED_SUFFIX, None)
    return Report(tuple(entries[file] for file in sorted(entries)))


def _read_report(path: Path) -> Report:
    if not path.exists():
        return Report(())
    try:
        return Report.model_validate_json(path.read_text("utf-8"))
    except (ValidationError, UnicodeDecodeError, OSError) as error:
        raise InputFileError(
            f"nothing can be added to a damaged bundle: {path} is not a report", _START_ANEW
        ) from error


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _move_in(staging: Path, bundle: Path, names: list[str]) -> None:
    """Move ``names`` and then the manifest from ``staging`` into ``bundle``; if that fails, move nothing.

    Files that are replaced are set aside until the new manifest, in one step, makes the new files count.
    """
    aside = staging / "replaced"
    aside.mkdir()
    moves: list[tuple[Path, Path]] = []
    try:
        for name in names:
            stale = [old for old in (name, name + FAILED_SUFFIX) if (bundle / old).exists()]
            for source, target in [*((bundle / old, aside / old) for old in stale), (staging / name, bundle / name)]:
                moves.append((source, target))
                source.rename(target)
        (staging / MANIFEST_NAME).replace(bundle / MANIFEST_NAME)
    except BaseException:
        for source, target in reversed(moves):
            if not source.exists():
                target.rename(source)
        raise


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back for the few milliseconds of the moves, and let it through afterwards.

    Blocking the signal would not do: the system may deliver it to any thread, and Python raises it in the main one.
    """
    if threading.current_thread() is not threading.main_thread():  # others are not interrupted
        yield
        return
    pressed: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        pressed.append(number)

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
        if pressed:
            signal.raise_signal(signal.SIGINT)
