"""Selecting the artifacts, and measuring the accuracy of one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from cloformer.benchmarks.host.sources import find_sources
from cloformer.command_line import Output
from cloformer.model import InputFileError
from cloformer.model.demo import is_demo
from cloformer.model.tasks import CLASSIFICATION
from cloformer.runtimes import Session, open_session
from cloformer.runtimes.bundle.checksum import sha256_of, size_of
from cloformer.runtimes.bundle.manifest import EmbeddedFacts
from cloformer.runtimes.opening import resolve_artifact
from cloformer.runtimes.session import SessionInfo

from .journal import Classes, Journal
from .labeled_images import find_labeled_images
from .measure import Accuracy, predict_all, summarize


@dataclass(frozen=True)
class Row:
    """One artifact's result.

    Attributes:
        path: path of the artifact.
        bytes: size of the artifact.
        model: variant and weights of the network.
        target: target that it was exported to.
        precision: precision of its arithmetic.
        runtime: runtime that ran it.
        accuracy: accuracy on the images.
    """

    path: Path
    bytes: int
    model: str
    target: str
    precision: str
    runtime: SessionInfo
    accuracy: Accuracy


def judge_artifacts(
    artifacts: list[Path],
    images: Path,
    reference: Path | None,
    threads: int | None,
    records: Path,
    output: Output,
) -> list[Row]:
    """Measure the accuracy of each artifact, and of those in bundles that run here.

    Raises:
        InputFileError: an artifact cannot be opened, or the images show other classes.
    """
    paths = [source for path in artifacts for source in _artifacts_of(path)]
    known = (
        None if reference is None else _judge(resolve_artifact(reference), images, None, threads, records, output)[1]
    )
    return [_judge(path, images, known, threads, records, output)[0] for path in paths]


def _artifacts_of(path: Path) -> list[Path]:
    return [resolve_artifact(path)] if is_demo(path) else [source.path for source in find_sources(path)]


def _judge(
    path: Path,
    images: Path,
    reference: Mapping[str, Classes] | None,
    threads: int | None,
    records: Path,
    output: Output,
) -> tuple[Row, Mapping[str, Classes]]:
    digest = sha256_of(path)[:16]
    with open_session(path, threads=threads) as session, _progress(path.name, output) as tell:
        facts = _facts(path, session)
        labeled = find_labeled_images(images, facts.labels)
        tell(0, len(labeled))
        journal = Journal(records / f"{images.name}_{digest}.jsonl")
        predict_all(session, labeled, journal, lambda count: tell(count, None))
        info = session.describe()
    model = f"{facts.model.variant}, {facts.model.weights.name}"
    accuracy = summarize(labeled, journal.predictions, reference)
    row = Row(path, size_of(path), model, facts.target, facts.precision, info, accuracy)
    return row, journal.predictions


def _facts(path: Path, session: Session) -> EmbeddedFacts:
    if session.facts is None:
        raise InputFileError(f"{path} does not specify how to prepare its input", "export it again with this version")
    if session.facts.model.task != CLASSIFICATION:
        raise InputFileError(f"{path} is for {session.facts.model.task}, not for classification", "give a classifier")
    return session.facts


@contextmanager
def _progress(name: str, output: Output) -> Iterator[Callable[[int, int | None], None]]:
    """Show images done and time left; yield ``tell(count, total)``, which sets a given total, or else advances."""
    with Progress(console=output.people, disable=output.as_json, transient=True) as progress:
        task = progress.add_task(name, total=None)

        def tell(count: int, total: int | None) -> None:
            output.stop_if_interrupted()
            if total is None:
                progress.update(task, advance=count)
            else:
                progress.update(task, total=total)

        yield tell
