"""Inspecting artifacts by opening them in their runtimes, in a child process so that nothing stays loaded."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from cloformer.benchmarks.child import run_child, serve
from cloformer.benchmarks.records.parts import DelegationFacts
from cloformer.model import CloformerError
from cloformer.runtimes.bundle.manifest import EmbeddedFacts, Facts
from cloformer.runtimes.opening import open_artifact

_CORE_ML = "Core ML"
"""The runtime name that Core ML sessions report."""


class Wanted(Facts):
    """An artifact to inspect and its backend, as ``open_session`` accepts them."""

    artifact: str
    backend: str | None


class Inspected(Facts):
    """The result of opening an artifact.

    Attributes:
        problem: why the artifact does not open; null if it does, and then all other fields are set.
        facts: facts embedded in the artifact; null if there are none.
        delegation: Core ML's compute plan, for an ML Program.
    """

    problem: str | None = None
    runtime: str = ""
    version: str = ""
    backend: str = ""
    substitute: str | None = None
    int8_kernels: str | None = None
    shape: tuple[int | None, ...] = ()
    facts: EmbeddedFacts | None = None
    delegation: DelegationFacts | None = None


class WantedList(Facts):
    """The artifacts to inspect."""

    items: tuple[Wanted, ...]


class InspectedList(Facts):
    """The inspected artifacts, in the order of the ``WantedList``."""

    items: tuple[Inspected, ...]


def inspect_artifacts(wanted: list[Wanted]) -> list[Inspected]:
    """Open each artifact in a child process.

    Raises:
        ConversionError: a runtime crashed while it opened an artifact.
    """
    return list(run_child(__name__, WantedList(items=tuple(wanted)), InspectedList).items)


def _inspect_all(wanted: WantedList) -> InspectedList:
    return InspectedList(items=tuple(map(_inspect, wanted.items)))


def _inspect(wanted: Wanted) -> Inspected:
    try:
        with open_artifact(Path(wanted.artifact), wanted.backend, None) as session:
            info = asdict(session.describe())
            shape, facts = tuple(session.shape), session.facts
    except CloformerError as error:
        return Inspected(problem=error.problem)
    return Inspected(
        runtime=info["runtime"],
        version=info["version"],
        backend=info["backend"].lower().removesuffix("executionprovider"),
        substitute=info["substitute"],
        int8_kernels=info["int8_kernels"],
        shape=shape,
        facts=facts,
        delegation=_plan(wanted) if info["runtime"] == _CORE_ML else None,
    )


def _plan(wanted: Wanted) -> DelegationFacts:
    from .compute_plan import read_compute_plan  # noqa: PLC0415 - imports coremltools, only needed for Core ML

    return read_compute_plan(Path(wanted.artifact), wanted.backend or "all")


if __name__ == "__main__":
    serve(_inspect_all, WantedList)
