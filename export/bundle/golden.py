"""Golden vectors: source images, preprocessed inputs and the reference's outputs, in files that any language reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cloformer.export.reference.images import GOLDEN_NAMES, reference_images
from cloformer.export.reference.run import Floats, ReferenceRun
from cloformer.runtimes.bundle.checksum import sha256_of
from cloformer.runtimes.bundle.manifest import GoldenFacts, GoldenImage, GoldenTensor
from cloformer.runtimes.session import LOGITS

GOLDEN_FOLDER = "golden"


def write_golden(bundle: Path, truth: ReferenceRun) -> GoldenFacts:
    """Write ``golden/`` into the folder ``bundle`` and return what the manifest says of it."""
    folder = bundle / GOLDEN_FOLDER
    folder.mkdir()
    images = []
    # A segmenter's logits for one image of 512x512 take 10 MB.
    names = GOLDEN_NAMES if LOGITS in truth.outputs else GOLDEN_NAMES[:1]
    for index, name in enumerate(names):
        path = folder / f"{index:02}_{name}.png"
        reference_images()[name].save(path, optimize=False)
        images.append(GoldenImage(file=f"{GOLDEN_FOLDER}/{path.name}", sha256=sha256_of(path)))
    rows = [truth.names.index(name) for name in names]
    return GoldenFacts(
        images=tuple(images),
        inputs=_write_tensor(folder / "inputs.f32", truth.images[rows]),
        outputs={name: _write_tensor(folder / f"{name}.f32", values[rows]) for name, values in truth.outputs.items()},
    )


def _write_tensor(path: Path, values: Floats) -> GoldenTensor:
    path.write_bytes(np.ascontiguousarray(values, dtype="<f4").tobytes())
    return GoldenTensor(file=f"{GOLDEN_FOLDER}/{path.name}", sha256=sha256_of(path), shape=values.shape)
