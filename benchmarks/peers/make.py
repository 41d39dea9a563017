"""Making the peers' folders, one artifact after another; existing artifacts are not made again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from cloformer.benchmarks.host.peer_folder import PEER_NAME, PeerFacts, read_peer
from cloformer.model import ConversionError, InputFileError
from cloformer.whole_file import written_whole

from .export_peer import PeerOrder, artifact_name, export_peer
from .networks import TIMM_NAMES, check_timm
from .published import Published


@dataclass(frozen=True)
class Made:
    """The result for one peer.

    Attributes:
        folder: folder with its artifacts; it does not exist if none could be made.
        failures: why an artifact could not be made, by target and precision.
    """

    peer: Published
    folder: Path
    failures: dict[str, str]


def make_peers(
    peers: Sequence[Published],
    targets: Sequence[str],
    precisions: Sequence[str],
    output: Path,
    tell: Callable[[str], None],
) -> list[Made]:
    """Export each peer to each target in each precision, below ``output``; a failure does not stop the others.

    Raises:
        MissingPackageError: timm is not installed.
    """
    check_timm()
    kinds = [(target, precision) for target in targets for precision in precisions]
    return [_make(peer, kinds, output / TIMM_NAMES[peer.name], tell) for peer in peers]


def _make(peer: Published, kinds: Sequence[tuple[str, str]], folder: Path, tell: Callable[[str], None]) -> Made:
    folder.mkdir(parents=True, exist_ok=True)
    facts = _known(folder)
    failures: dict[str, str] = {}
    for target, precision in kinds:
        if facts and any(each.file == artifact_name(target, precision) for each in facts.artifacts):
            continue
        tell(f"export {peer.name} to {target}, {precision}")
        try:
            made = export_peer(PeerOrder(peer=peer.name, target=target, precision=precision, folder=str(folder)))
        except ConversionError as error:
            failures[f"{target} {precision}"] = error.problem
            tell(f"  {error.problem}")
            continue
        facts = PeerFacts(
            source=f"timm {metadata.version('timm')}, {TIMM_NAMES[peer.name]}",
            image_size=(peer.size, peer.size),
            model=made.model,
            artifacts=(*(facts.artifacts if facts else ()), made.artifact),
        )
        with written_whole(folder / PEER_NAME) as unfinished:
            unfinished.write_text(facts.model_dump_json(indent=2) + "\n", "utf-8")
    if not any(folder.iterdir()):
        folder.rmdir()
    return Made(peer, folder, failures)


def _known(folder: Path) -> PeerFacts | None:
    """Return the facts about an intact folder, or None if it is missing or damaged and must be made again."""
    try:
        return read_peer(folder)
    except InputFileError:
        return None
