"""The folder of a network other than CloFormer: its artifacts, and ``peer.json``, which describes them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from cloformer.benchmarks.records.parts import MeasuredArtifact, MeasuredModel
from cloformer.model import InputFileError
from cloformer.runtimes.bundle.checksum import sha256_of
from cloformer.runtimes.bundle.manifest import Facts

PEER_NAME = "peer.json"


class PeerFacts(Facts):
    """Contents of ``peer.json``.

    Attributes:
        source: library that the network was built with, and its name there.
        image_size: height and width of the input.
    """

    schema_version: Literal[1] = 1
    source: str
    image_size: tuple[int, int]
    model: MeasuredModel
    artifacts: tuple[MeasuredArtifact, ...]


def read_peer(folder: Path) -> PeerFacts:
    """Read the folder's ``peer.json`` and check its artifacts against their hashes.

    Raises:
        InputFileError: a file is missing or damaged.
    """
    path = folder / PEER_NAME
    try:
        peer = PeerFacts.model_validate_json(path.read_text("utf-8"))
    except (OSError, ValidationError) as error:
        raise InputFileError(f"{path} is damaged", "make it again: cloformer-bench peers") from error
    for each in peer.artifacts:
        artifact = folder / each.file
        if not artifact.exists() or sha256_of(artifact) != each.sha256:
            raise InputFileError(f"{artifact} does not match {PEER_NAME}", "make it again: cloformer-bench peers")
    return peer
