"""The SHA-256 hash and size of an artifact, which is a file or (for Core ML and Core AI) a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path


def sha256_of(path: Path) -> str:
    """Return the hash of a file, or of a folder: over the relative name and hash of each file, in sorted order."""
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    digest = hashlib.sha256()
    for inner in _files(path):
        digest.update(f"{inner.relative_to(path).as_posix()}\n{sha256_of(inner)}\n".encode())
    return digest.hexdigest()


def size_of(path: Path) -> int:
    """Return the size of a file, or of all files in a folder, in bytes."""
    return path.stat().st_size if path.is_file() else sum(inner.stat().st_size for inner in _files(path))


def _files(folder: Path) -> list[Path]:
    return sorted(inner for inner in folder.rglob("*") if inner.is_file())
