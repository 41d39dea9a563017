"""Making the peers' folders, one artifact after the other; what is there already is not made again."""

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
    """What became of one peer.

    Attributes:
        folder: with its artifacts; there is none where nothing could be made.
        failures: by target and precision, why it could not be made.
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
    """Export each peer to each target in each precision, below ``output``; one that cannot be made stops nothing.

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
    """Return what the folder holds that is whole; what is not is made again."""
    try:
        return read_peer(folder)
    except InputFileError:
        return None
