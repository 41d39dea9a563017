"""Copying bundles to a phone: only missing files, each checked against its hash on the phone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from cloformer.runtimes.bundle.bundle import open_bundle
from cloformer.runtimes.bundle.checksum import sha256_of
from cloformer.runtimes.bundle.manifest import MANIFEST_NAME

from .app_protocol import BUNDLES
from .patience import Patience
from .phone import Phone, PhoneError

_SPARE_BYTES = 64 * 2**20
"""Space to leave free: the app writes results, and systems misbehave on a full disk."""


def push_bundle(phone: Phone, bundle: Path, patience: Patience, tell: Callable[[str], None]) -> None:
    """Copy ``bundle`` to the phone; the manifest is copied last, so that the app ignores incomplete bundles.

    Raises:
        InputFileError: the bundle is damaged on this computer.
        PhoneError: there is not enough space, or a file arrives damaged.
    """
    opened = open_bundle(bundle)
    for artifact in opened.manifest.artifacts:
        opened.artifact_path(artifact)
    files = sorted(
        (path for path in bundle.rglob("*") if path.is_file()), key=lambda path: (path.name == MANIFEST_NAME, path)
    )
    hashes = {path: sha256_of(path) for path in files}
    places = {path: f"{BUNDLES}/{bundle.resolve().name}/{path.relative_to(bundle).as_posix()}" for path in files}

    def arrived(path: Path) -> bool:
        return patience.insist(phone, partial(phone.sha256, places[path])) == hashes[path]

    lacking = [path for path in files if not arrived(path)]
    _check_room(phone, sum(path.stat().st_size for path in lacking), patience)
    for path in lacking:
        tell(f"push {places[path]}")
        patience.insist(phone, partial(phone.push, path, places[path]))
        if not arrived(path):
            raise PhoneError(f"{places[path]} arrived damaged on {phone.title}", "try another cable, then --resume")


def _check_room(phone: Phone, wanted: int, patience: Patience) -> None:
    free = patience.insist(phone, phone.free_bytes)
    if wanted and free is not None and free < wanted + _SPARE_BYTES:
        raise PhoneError(
            f"{phone.title} has {free / 2**20:.0f} MB free, and needs {(wanted + _SPARE_BYTES) / 2**20:.0f}",
            "free some space on it",
        )
