"""Where artifacts come from: a bundle, the folder of a peer network, or a single file; and what is known about each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from cloformer.benchmarks.records.parts import DelegationFacts, MeasuredArtifact, MeasuredModel
from cloformer.export.report import DelegationReport, Report
from cloformer.model import InputFileError, UsageError
from cloformer.model.tasks import TaskName
from cloformer.model.variants import find_variant
from cloformer.runtimes.bundle.bundle import open_bundle
from cloformer.runtimes.bundle.checksum import sha256_of, size_of
from cloformer.runtimes.bundle.manifest import MANIFEST_NAME, EmbeddedFacts, ModelFacts
from cloformer.runtimes.opening import resolve_artifact
from cloformer.runtimes.registry import FOLDER_SUFFIXES, find_runtime

from .inspection import Inspected
from .peer_folder import PEER_NAME, read_peer


@dataclass(frozen=True)
class Source:
    """An artifact, with what its folder says about it.

    Attributes:
        path: path of the artifact, which was checked against its hash if its folder has one.
        explicit: whether the artifact was named explicitly; other artifacts of a folder may be skipped.
        artifact: facts about the artifact; None for a file that no folder describes.
        model: facts about the network; None for a file that no folder describes.
    """

    path: Path
    explicit: bool
    artifact: MeasuredArtifact | None = None
    model: MeasuredModel | None = None


def find_sources(path: Path) -> list[Source]:
    """Return the artifact at ``path``, or the artifacts of the folder ``path`` that can run on a computer.

    Raises:
        InputFileError: there is nothing at ``path``, or it is damaged.
    """
    if path.is_file() or path.suffix in FOLDER_SUFFIXES or not path.exists():
        artifact = resolve_artifact(path)
        siblings = _of_folder(artifact.parent) if _is_known(artifact.parent) else []
        known = [source for source in siblings if source.path == artifact]
        return [Source(each.path, True, each.artifact, each.model) for each in known] or [
            Source(artifact, explicit=True)
        ]
    return _of_folder(path)


def describe_source(source: Source, inspected: Inspected) -> tuple[MeasuredArtifact, MeasuredModel]:
    """Return the facts for a record; for a single file, they come from what is embedded in the file."""
    if source.artifact and source.model:
        return source.artifact, source.model
    facts = inspected.facts
    artifact = MeasuredArtifact(
        file=source.path.name,
        sha256=sha256_of(source.path),
        bytes=size_of(source.path),
        target=facts.target if facts else source.path.suffix.removeprefix("."),
        backend=facts.backend if facts else None,
        precision=facts.precision if facts else "unknown",
    )
    return artifact, _own_model(source.path, facts)


def _is_known(folder: Path) -> bool:
    return (folder / MANIFEST_NAME).is_file() or (folder / PEER_NAME).is_file()


def _of_folder(folder: Path) -> list[Source]:
    if (folder / PEER_NAME).is_file():
        peer = read_peer(folder)
        return [Source(folder / each.file, False, each, peer.model) for each in peer.artifacts]
    return [source for source in bundle_sources(folder) if source.artifact and not _is_for_phones(source.artifact)]


def _is_for_phones(artifact: MeasuredArtifact) -> bool:
    return artifact.backend in find_runtime(Path(artifact.file)).phone_backends


def bundle_sources(folder: Path) -> list[Source]:
    """Return all artifacts of a bundle, including those that only run on phones.

    Raises:
        InputFileError: the bundle is damaged.
    """
    bundle = open_bundle(folder)
    delegation = _delegation(folder)
    return [
        Source(
            bundle.artifact_path(facts),
            explicit=False,
            artifact=MeasuredArtifact(
                file=facts.file,
                sha256=facts.sha256,
                bytes=facts.bytes,
                bundle=folder.resolve().name,
                target=facts.target,
                backend=facts.backend,
                precision=facts.precision,
                form=facts.form,
                delegation=delegation.get(facts.file),
            ),
            model=_bundle_model(bundle.manifest.model, facts.input.shape[2:]),
        )
        for facts in bundle.manifest.artifacts
    ]


def _delegation(folder: Path) -> dict[str, DelegationFacts]:
    """Return the delegation of each file according to ``report.json``, or nothing if there is no report."""
    try:
        report = Report.model_validate_json((folder / "report.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError) as error:
        raise InputFileError(f"the report.json of {folder} is damaged", "export the bundle again") from error
    return {
        entry.file: delegation_facts(entry.backend, entry.delegation)
        for entry in report.root
        if entry.delegation and entry.delegation.delegated is not None and entry.backend
    }


def delegation_facts(backend: str, report: DelegationReport) -> DelegationFacts:
    """Convert the delegation in an export's report to that of a record."""
    taken = {backend: report.delegated} if report.delegated else {}
    left = sum(report.undelegated.values())
    return DelegationFacts(
        partitions=report.partitions, operators={**taken, **({"the runtime's own kernels": left} if left else {})}
    )


def _bundle_model(model: ModelFacts, size: tuple[int, int]) -> MeasuredModel:
    return MeasuredModel(
        family=model.family,
        variant=model.variant,
        task=model.task,
        num_classes=model.num_classes,
        weights=model.weights.name,
        parameters=model.parameters,
        multiply_adds=_multiply_adds(model.variant, model.task, model.num_classes, size),
    )


def _own_model(path: Path, facts: EmbeddedFacts | None) -> MeasuredModel:
    if facts is None:
        return MeasuredModel(family="unknown", variant=path.stem, weights="unknown")
    return _bundle_model(facts.model, facts.input.shape[2:])


@cache
def _multiply_adds(variant: str, task: TaskName, num_classes: int, size: tuple[int, int]) -> int | None:
    """Count the multiply-adds of the reference; return None for a variant that this version does not know."""
    import torch  # noqa: PLC0415 - takes seconds to import

    from cloformer.benchmarks.multiply_adds import count_multiply_adds  # noqa: PLC0415
    from cloformer.model.build import build_network  # noqa: PLC0415
    from cloformer.model.network import NetworkConfig  # noqa: PLC0415

    try:
        config = NetworkConfig(find_variant(variant), task, num_classes)
    except UsageError:
        return None
    with torch.device("meta"):
        network = build_network(config).eval()
    return count_multiply_adds(network, size)
