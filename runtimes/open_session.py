"""Opening any artifact in the runtime that runs it here."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

from cloformer.model import InputFileError, MissingPackageError, UsageError
from cloformer.model.demo import demo_checkpoint, is_demo

from .bundle import check_in_bundle, open_bundle
from .install_command import install_command
from .manifest import ArtifactFacts
from .registry import FOLDER_SUFFIXES, PHONE_BACKENDS, RUNTIMES, RuntimeEntry
from .session import Session


def open_session(path: str | Path, backend: str | None = None, threads: int | None = None) -> Session:
    """Open an artifact, a checkpoint, or the first artifact of a bundle that runs on this machine.

    Args:
        path: an .onnx, .ort, .pte, .mlpackage or .aimodel, a checkpoint (.pth, .safetensors, or ``demo``), or a
            bundle's folder.
        backend: who executes inside the runtime, such as an ONNX Runtime execution provider; by default the CPU.
        threads: CPU threads; by default the runtime's own choice.

    Raises:
        UsageError: the thread count is not positive, or nothing here opens such a file.
        InputFileError: the artifact is missing or damaged.
        MissingPackageError: its runtime is not installed or does not run on this system.
    """
    return open_artifact(resolve_artifact(Path(path)), backend, threads)


def open_artifact(artifact: Path, backend: str | None, threads: int | None) -> Session:
    """Open what ``resolve_artifact`` found; as ``open_session``."""
    if threads is not None and threads < 1:
        raise UsageError(f"a session needs at least one thread, not {threads}")
    entry = find_runtime(artifact, backend)
    problem = why_not_here(entry)
    if problem:
        remedy = install_command([entry.package], entry.extra)
        raise MissingPackageError(f"{entry.title} cannot run {artifact.name} here: {problem}", remedy)
    module = importlib.import_module(f"cloformer.runtimes.{entry.module}")
    session: Session = getattr(module, entry.session)(artifact, backend, threads)
    return session


def resolve_artifact(path: Path) -> Path:
    """Return the artifact that ``path`` means: itself, or a bundle's first that runs here.

    Where it lies in a bundle it is checked against its hash: no runtime checks more than a file's outline.

    Raises:
        InputFileError: nothing lies there, it is not what its bundle says, or none of a bundle's artifacts runs here.
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


def find_runtime(artifact: Path, backend: str | None = None) -> RuntimeEntry:
    """Return the runtime for a file of this suffix: the one that ``backend`` names, else the first.

    Raises:
        UsageError: there is none.
    """
    here = [entry for entry in RUNTIMES if not entry.systems or sys.platform in entry.systems]
    fitting = [entry for entry in here if artifact.name.endswith(entry.suffixes)]
    if not fitting:
        known = ", ".join(dict.fromkeys(suffix for entry in here for suffix in entry.suffixes))
        raise UsageError(f"nothing here runs a {artifact.suffix or 'file without suffix'}", f"give one of {known}")
    named = [entry for entry in fitting if entry.backend and entry.backend == backend]
    return (named or fitting)[0]


def why_not_here(entry: RuntimeEntry) -> str | None:
    """Return why this machine cannot run the entry's artifacts, or None where it can."""
    missing = importlib.util.find_spec(entry.package) is None
    return f"the package {entry.package} is not installed" if missing else None


def _first_that_runs(path: Path, artifacts: tuple[ArtifactFacts, ...]) -> ArtifactFacts:
    for artifact in artifacts:
        if artifact.backend not in PHONE_BACKENDS and why_not_here(find_runtime(Path(artifact.file))) is None:
            return artifact
    files = ", ".join(artifact.file for artifact in artifacts) or "nothing"
    raise InputFileError(
        f"no artifact of {path} runs on this machine (it holds {files})", "export one for onnx or executorch"
    )
