"""Opening any artifact in a runtime that can run it on this machine."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from cloformer.install_command import install_command
from cloformer.model import InputFileError, MissingPackageError, UsageError
from cloformer.model.demo import demo_checkpoint, is_demo
from cloformer.runtimes.bundle.bundle import check_in_bundle, open_bundle
from cloformer.runtimes.bundle.manifest import ArtifactFacts

from .registry import FOLDER_SUFFIXES, RUNTIMES, find_runtime, missing_package, why_not_here
from .session import Session


def open_session(path: str | Path, backend: str | None = None, threads: int | None = None) -> Session:
    """Open an artifact, a checkpoint, or the first artifact of a bundle that runs on this machine.

    Args:
        path: an artifact, a checkpoint (or ``demo``), or a bundle's folder.
        backend: the backend inside the runtime, such as an ONNX Runtime execution provider; by default the CPU.
        threads: the number of CPU threads; by default the runtime's own choice.

    Raises:
        UsageError: the thread count is not positive, or no runtime on this system opens such a file.
        InputFileError: the artifact is missing or damaged.
        MissingPackageError: its runtime is not installed or does not run on this system.
    """
    return open_artifact(resolve_artifact(Path(path)), backend, threads)


def import_runtime(artifact: Path, backend: str | None = None) -> Callable[..., Session]:
    """Import the runtime that opens ``artifact``, with its libraries, and return what opens a session.

    Raises:
        UsageError: nothing here opens such a file.
        MissingPackageError: the runtime is not installed, or does not run on this system.
    """
    spec = find_runtime(artifact, backend)
    problem = missing_package(spec)
    if problem:
        remedy = install_command([spec.package], spec.extra)
        raise MissingPackageError(f"{spec.title} cannot run {artifact.name} here: {problem}", remedy)
    opener: Callable[..., Session] = getattr(importlib.import_module(f"cloformer.runtimes.{spec.module}"), spec.session)
    return opener


def open_artifact(artifact: Path, backend: str | None, threads: int | None) -> Session:
    """Open the result of ``resolve_artifact``; see ``open_session`` for the arguments and errors."""
    if threads is not None and threads < 1:
        raise UsageError(f"a session needs at least one thread, not {threads}")
    return import_runtime(artifact, backend)(artifact, backend, threads)


def resolve_artifact(path: Path) -> Path:
    """Return the artifact that ``path`` stands for: itself, or a bundle's first artifact that runs on this machine.

    An artifact in a bundle is checked against its hash, because no runtime checks more than a file's structure.

    Raises:
        InputFileError: the path does not exist, the artifact does not match its bundle's manifest, or none of the
            bundle's artifacts runs on this machine.
    """
    if is_demo(path):
        return demo_checkpoint()
    if not path.exists():
        raise InputFileError(f"there is no artifact or bundle at {path}", "export one with cloformer-export")
    if path.is_file() or path.suffix in FOLDER_SUFFIXES:
        check_in_bundle(path)
        return path
    bundle = open_bundle(path)
    return bundle.artifact_path(_first_that_runs(path, bundle.manifest.artifacts))


def _first_that_runs(path: Path, artifacts: tuple[ArtifactFacts, ...]) -> ArtifactFacts:
    for artifact in artifacts:
        if why_not_here(Path(artifact.file), artifact.backend) is None:
            return artifact
    files = ", ".join(artifact.file for artifact in artifacts) or "nothing"
    raise InputFileError(
        f"no artifact of {path} runs on this machine (it contains {files})",
        f"export one that ends in {_suffixes_here()}",
    )


def _suffixes_here() -> str:
    specs = [spec for spec in RUNTIMES if spec.exported and not spec.systems and missing_package(spec) is None]
    return " or ".join(dict.fromkeys(spec.suffixes[0] for spec in specs))
