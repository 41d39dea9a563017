"""What artifacts are, as their own runtimes say when they open them; in a child, so that nothing stays loaded."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from cloformer.benchmarks.child import run_child, serve
from cloformer.benchmarks.records.parts import DelegationFacts
from cloformer.model import CloformerError
from cloformer.runtimes.bundle.manifest import EmbeddedFacts, Facts
from cloformer.runtimes.opening import open_artifact

_CORE_ML = "Core ML"
"""What its session calls itself."""


class Wanted(Facts):
    """An artifact and who is to execute it, as ``open_session`` takes them."""

    artifact: str
    backend: str | None


class Inspected(Facts):
    """What came of opening one.

    Attributes:
        problem: why it does not open; null where it does, and everything else is given.
        facts: what it carries about itself; null where that is nothing.
        delegation: of an ML Program, Core ML's plan for it.
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
    """What to open."""

    items: tuple[Wanted, ...]


class InspectedList(Facts):
    """One for each that was wanted, in the same order."""

    items: tuple[Inspected, ...]


def inspect_artifacts(wanted: list[Wanted]) -> list[Inspected]:
    """Open each in a child process.

    Raises:
        ConversionError: a runtime crashed over one.
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
    from .compute_plan import read_compute_plan  # noqa: PLC0415 - coremltools, where Core ML is

    return read_compute_plan(Path(wanted.artifact), wanted.backend or "all")


if __name__ == "__main__":
    serve(_inspect_all, WantedList)
