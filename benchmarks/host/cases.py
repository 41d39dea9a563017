"""The cases to measure: each artifact in its runtime, with each backend and each thread count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cloformer.benchmarks.records.parts import MeasuredArtifact, MeasuredModel, Protocol, RuntimeFacts
from cloformer.model import InputFileError, UsageError
from cloformer.model.tasks import CLASSIFICATION
from cloformer.runtimes.registry import find_runtime

from .inspection import Inspected, Wanted, inspect_artifacts
from .pinning import choose_cores
from .sources import Source, describe_source, find_sources


@dataclass(frozen=True)
class HostCase:
    """One case to measure, which fills one record.

    Attributes:
        backend: backend to pass to ``open_session``.
    """

    path: Path
    backend: str | None
    shape: tuple[int, int, int, int]
    runtime: RuntimeFacts
    artifact: MeasuredArtifact
    model: MeasuredModel
    protocol: Protocol

    @property
    def title(self) -> str:
        """The name shown to users."""
        threads = f", threads: {self.runtime.threads}" if self.runtime.threads else ""
        task = "" if self.model.task == CLASSIFICATION else f" {self.model.task}"
        name = f"{self.model.family} {self.model.variant}{task} {self.artifact.precision}"
        return f"{name}, {self.runtime.name} {self.runtime.backend}{threads}"

    @property
    def id(self) -> str:
        """An identifier that is the same whenever this is measured again in the same way, and different otherwise."""
        protocol = self.protocol
        amount = f"{protocol.repeats}x({protocol.warm_up}+{protocol.samples}), {protocol.seconds:g} s"
        return f"{self.title}, {self.runtime.version}, {self.artifact.sha256[:12]}, {amount}, {protocol.pinned}"


@dataclass(frozen=True)
class Skipped:
    """An artifact in a folder that cannot be measured on this machine."""

    path: Path
    reason: str


def find_cases(
    paths: Sequence[Path], threads: Sequence[int], protocol: Protocol, *, pinned: bool
) -> tuple[list[HostCase], list[Skipped]]:
    """Return the cases of these artifacts and folders, and the artifacts in the folders that cannot be measured here.

    Raises:
        UsageError: an artifact that was named explicitly cannot be measured here.
        InputFileError: an artifact is missing or damaged, or nothing can be measured.
    """
    sources = [source for path in paths for source in find_sources(path)]
    wanted = [(source, backend) for source in sources for backend in _backends(source.path)]
    found = inspect_artifacts([Wanted(artifact=str(source.path), backend=backend) for source, backend in wanted])
    cases: list[HostCase] = []
    skipped: list[Skipped] = []
    for (source, backend), inspected in zip(wanted, found, strict=True):
        problem = _why_not(inspected)
        if problem is None:
            cases += _cases(source, backend, inspected, threads, protocol, pinned=pinned)
        elif source.explicit:
            raise UsageError(f"{source.path} cannot be measured here: {problem}", "give another artifact")
        else:
            skipped.append(Skipped(source.path, problem))
    if not cases:
        raise InputFileError(
            f"nothing in {', '.join(map(str, paths))} can be measured here: {skipped[0].reason}",
            "export it for onnx or executorch",
        )
    return list({case.id: case for case in cases}.values()), skipped


def _backends(path: Path) -> tuple[str | None, ...]:
    """Return every backend with which the artifact's runtime can execute it on this system."""
    return find_runtime(path).backends or (None,)


def _why_not(inspected: Inspected) -> str | None:
    if inspected.problem:
        return inspected.problem
    if inspected.substitute:
        return f"it would run in {inspected.substitute}, whose times are meaningless"
    if None in inspected.shape[1:]:
        return f"its input {inspected.shape} has no fixed size"
    return None


def _cases(
    source: Source,
    backend: str | None,
    inspected: Inspected,
    threads: Sequence[int],
    protocol: Protocol,
    *,
    pinned: bool,
) -> Iterable[HostCase]:
    batch, channels, height, width = (length or 1 for length in inspected.shape)
    artifact, model = describe_source(source, inspected)
    if inspected.delegation:
        artifact = artifact.model_copy(update={"delegation": inspected.delegation})
    counts: Sequence[int | None] = [None] if backend else threads  # compute units have no thread count
    base = HostCase(
        path=source.path,
        backend=backend,
        shape=(batch, channels, height, width),
        runtime=RuntimeFacts(
            name=inspected.runtime,
            version=inspected.version,
            backend=inspected.backend,
            threads=None,
            int8_kernels=inspected.int8_kernels,
        ),
        artifact=artifact,
        model=model,
        protocol=protocol,
    )
    for count in counts:
        cores = choose_cores(count) if pinned else None
        yield replace(
            base,
            runtime=base.runtime.model_copy(update={"threads": count}),
            protocol=protocol.model_copy(update={"pinned": cores}),
        )
