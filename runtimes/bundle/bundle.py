"""Reading a bundle: its manifest, artifacts and golden vectors, all checked for damage before use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from cloformer.model import InputFileError
from cloformer.model.errors import first_violation

from .checksum import sha256_of
from .manifest import MANIFEST_NAME, SCHEMA_VERSION, ArtifactFacts, GoldenTensor, Manifest


@dataclass(frozen=True)
class Bundle:
    """A folder with the artifacts of one model at one image size.

    Attributes:
        path: the bundle's folder.
        manifest: the contents of ``manifest.json``.
        labels: the class names, in the order of the logits.
    """

    path: Path
    manifest: Manifest
    labels: tuple[str, ...]

    def artifact_path(self, artifact: ArtifactFacts) -> Path:
        """Return the path of ``artifact`` after checking the file against its hash.

        Raises:
            InputFileError: the file is missing or damaged.
        """
        return _verified(self.path / artifact.file, artifact.sha256)

    def golden(self) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]:
        """Return the golden inputs (N, 3, H, W) in [0, 1], and output name -> the reference's output for them.

        Raises:
            InputFileError: a file is missing or damaged.
        """
        golden = self.manifest.golden
        return self._tensor(golden.inputs), {name: self._tensor(facts) for name, facts in golden.outputs.items()}

    def _tensor(self, facts: GoldenTensor) -> NDArray[np.float32]:
        path = _verified(self.path / facts.file, facts.sha256)
        return np.fromfile(path, dtype="<f4").reshape(facts.shape)


def open_bundle(path: Path) -> Bundle:
    """Read the bundle in the folder ``path``.

    Raises:
        InputFileError: the manifest is missing, damaged or of an unknown schema, or the labels do not match their hash.
    """
    manifest = read_manifest(path / MANIFEST_NAME)
    labels_path = _verified(path / manifest.labels_file, manifest.labels_sha256)
    return Bundle(path, manifest, tuple(labels_path.read_text("utf-8").splitlines()))


def check_in_bundle(artifact: Path) -> None:
    """Check an artifact against the manifest in its folder, if there is one.

    Raises:
        InputFileError: the artifact does not match the manifest.
    """
    try:
        bundle = open_bundle(artifact.parent)
    except InputFileError:
        return
    for facts in bundle.manifest.artifacts:
        if facts.file == artifact.name:
            bundle.artifact_path(facts)


def read_manifest(path: Path) -> Manifest:
    """Read and validate a manifest.

    Raises:
        InputFileError: the manifest is missing, damaged, or of an unknown schema.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputFileError(
            f"{path.parent} is not a bundle: cannot read its {path.name}", "export a bundle first"
        ) from error
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise InputFileError(
            f"{path} does not follow manifest schema {SCHEMA_VERSION}: {first_violation(error, 'the file')}",
            "export the bundle again with this version",
        ) from error


def _verified(path: Path, sha256: str) -> Path:
    if not path.exists():
        raise InputFileError(f"{path} is missing from its bundle", "export the bundle again")
    if sha256_of(path) != sha256:
        raise InputFileError(f"{path} does not match the manifest (its sha256 differs)", "export the bundle again")
    return path
