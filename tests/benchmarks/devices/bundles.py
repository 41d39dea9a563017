"""A small, valid bundle whose artifacts are never run."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cloformer.model import WeightsInfo, preprocessing_for
from cloformer.runtimes.bundle.checksum import sha256_of
from cloformer.runtimes.bundle.manifest import (
    ArtifactFacts,
    GoldenFacts,
    GoldenTensor,
    InputFacts,
    Manifest,
    ModelFacts,
    OutputFacts,
)

_SIDE = 32


def write_bundle(folder: Path, *targets: str) -> Path:
    """Write a bundle with one fp32 artifact per target, each of about 200 kB."""
    folder.mkdir(parents=True)
    (folder / "golden").mkdir()
    (folder / "labels.txt").write_text("zero\none\n")
    for name, values in (("inputs", 3 * _SIDE * _SIDE), ("logits", 2)):
        (folder / "golden" / f"{name}.f32").write_bytes(bytes(4 * values))
    weights = WeightsInfo(name="random", source="random", sha256="0" * 64)
    tensors = {
        name: GoldenTensor(file=f"golden/{name}.f32", sha256=sha256_of(folder / "golden" / f"{name}.f32"), shape=shape)
        for name, shape in (("inputs", (1, 3, _SIDE, _SIDE)), ("logits", (1, 2)))
    }
    manifest = Manifest(
        model=ModelFacts(variant="xxs", num_classes=2, parameters=10, weights=weights),
        preprocessing=preprocessing_for(_SIDE, _SIDE),
        labels_sha256=sha256_of(folder / "labels.txt"),
        golden=GoldenFacts(images=(), inputs=tensors["inputs"], outputs={"logits": tensors["logits"]}),
        artifacts=tuple(_artifact(folder, target) for target in targets),
    )
    (folder / "manifest.json").write_text(manifest.model_dump_json())
    return folder


def _artifact(folder: Path, target: str) -> ArtifactFacts:
    path = folder / f"model_fp32.{target}"
    path.write_bytes(hashlib.sha512(target.encode()).digest() * 3000)
    return ArtifactFacts(
        file=path.name,
        format=target,
        sha256=sha256_of(path),
        bytes=path.stat().st_size,
        target=target,
        backend="xnnpack" if target == "executorch" else None,
        precision="fp32",
        form="reference",
        input=InputFacts(
            kind="tensor",
            shape=(1, 3, _SIDE, _SIDE),
            dtype="float32",
            value_range=(0.0, 1.0),
            normalization_in_graph=True,
        ),
        outputs=(OutputFacts(name="logits", kind="logits", shape=(1, 2)),),
        tools={},
    )
