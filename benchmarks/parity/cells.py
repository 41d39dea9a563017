"""The cells of the table: every combination in the registries, and why some of them cannot be measured."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cloformer.export.request.registry import TARGETS, missing_packages
from cloformer.export.request.request import ArtifactRequest, make_request
from cloformer.export.target_spec import TargetSpec
from cloformer.model.tasks import CLASSIFICATION, TaskName
from cloformer.runtimes.registry import RUNTIMES, missing_package
from cloformer.runtimes.runtime_spec import RuntimeSpec

ALL_VARIANTS = "all"


@dataclass(frozen=True)
class Cell:
    """One line of the table.

    Attributes:
        variant: variant of the network, or ``ALL_VARIANTS``.
        task: task of the network.
        target: target that it is exported to.
        precision: precision of the artifact.
        runtime: runtime that runs the artifact.
        request: request for the export, or None if the target does not have this precision.
        missing: why the cell cannot be measured on this machine, or None if it can.
    """

    variant: str
    task: TaskName
    target: TargetSpec
    precision: str
    runtime: RuntimeSpec
    request: ArtifactRequest | None
    missing: str | None

    @property
    def delegate(self) -> str | None:
        """The backend that the artifact is made for, or None if the target is not specific to a backend."""
        return self.request.backend if self.request else None

    @property
    def name(self) -> str:
        """A name for the cell's files."""
        task = "" if self.task == CLASSIFICATION else self.task
        parts = [
            self.variant,
            task,
            self.target.name,
            self.delegate or "",
            self.precision,
            self.runtime.module.replace(".", "_"),
        ]
        return "-".join(part for part in parts if part)


def all_cells(
    variants: list[str],
    targets: list[str],
    image_size: tuple[int, int],
    tasks: Sequence[TaskName] = (CLASSIFICATION,),
    only: Sequence[str] = (),
) -> list[Cell]:
    """Return every cell: first those to measure, ordered by network and artifact, then those that cannot be measured.

    The reason why a cell cannot be measured is the same for every network, so such a cell occurs only once. If ``only``
    is not empty, the cells are limited to its precisions.
    """
    lines = list(_lines([TARGETS[name] for name in targets], image_size, only))
    measured = [
        replace(cell, variant=variant, task=task)
        for task in tasks
        for variant in variants
        for cell in lines
        if not cell.missing
    ]
    return [*measured, *(cell for cell in lines if cell.missing)]


def _lines(targets: list[TargetSpec], image_size: tuple[int, int], only: Sequence[str]) -> Iterator[Cell]:
    declared = (precision for target in TARGETS.values() for precision in target.precisions)
    known = dict.fromkeys(("fp32", *declared))  # the most exact first, whichever target comes first
    precisions = [precision for precision in known if precision in only or not only]
    for target, precision in itertools.product(targets, precisions):
        for request in _requests(target, precision, image_size):
            for runtime in RUNTIMES:
                if target.suffix in runtime.suffixes:
                    missing = _why_missing(target, precision, request, runtime)
                    yield Cell(ALL_VARIANTS, CLASSIFICATION, target, precision, runtime, request, missing)


def _requests(target: TargetSpec, precision: str, image_size: tuple[int, int]) -> list[ArtifactRequest | None]:
    if precision not in target.precisions:
        return [None]
    return [
        make_request(target.name, precision=precision, image_size=image_size, options=options)
        for options in target.options.variations(precision)
    ]


def _why_missing(
    target: TargetSpec, precision: str, request: ArtifactRequest | None, runtime: RuntimeSpec
) -> str | None:
    if request is None:
        return f"{target.title} has no {precision} export"
    if runtime.systems and sys.platform not in runtime.systems:
        return "needs macOS" if runtime.systems == ("darwin",) else f"needs {' or '.join(runtime.systems)}"
    if request.backend in runtime.phone_backends:
        return f"the {request.backend} delegate runs only on a phone"
    packages = missing_packages(target)
    if packages:
        return f"needs {', '.join(packages)}"
    return missing_package(runtime)
