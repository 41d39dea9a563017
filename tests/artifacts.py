"""One store of exported artifacts for a whole test run: the worker that needs one first makes it, and all share it.

What the store gives belongs to every test. A test that damages a file, or hands it to a library that rewrites it,
takes a copy.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from filelock import FileLock

from cloformer.export import Artifact, export
from cloformer.export.reference.images import reference_images
from cloformer.export.reference.run import ReferenceRun, run_reference
from cloformer.export.report import Report
from cloformer.model import Preprocessing, create_model, describe_weights
from cloformer.model.demo import DEMO, DEMO_IMAGE_SIZE, DEMO_LABELS
from cloformer.model.network import Network
from cloformer.runtimes import open_bundle

FEW = ("astronaut", "china", "digit_3", "digit_8")
"""Of the sixteen reference images: photographs and digits. Four tell as much of a graph, in a quarter of the time."""


def run_few(model: Network, contract: Preprocessing) -> ReferenceRun:
    """What the reference computes for the few images."""
    few = {name: reference_images()[name] for name in FEW}
    with patch("cloformer.export.reference.run.reference_images", lambda: few):
        return run_reference(model, contract)


@contextmanager
def few_images() -> Iterator[None]:
    """Inside it, an export compares, and stores as golden vectors, four of the sixteen images."""
    with (
        patch("cloformer.export.pipeline.job.run_reference", run_few),
        patch("cloformer.export.bundle.golden.GOLDEN_NAMES", FEW),
    ):
        yield


class ArtifactStore:
    """Exports, each in a bundle of its own, kept under a hash of all that they were made from."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def export(self, model: Network, target: str, **options: Any) -> Artifact:  # noqa: ANN401 - those of ``export``
        """Do what ``cloformer.export.export`` does, compared on four images, or return what it made before."""
        folder = self._folder / _key(model, target, options)
        with FileLock(f"{folder}.lock"):
            if not folder.is_dir():
                unfinished = folder.with_suffix(".unfinished")
                shutil.rmtree(unfinished, ignore_errors=True)
                with few_images():
                    export(model, target, **options, output=unfinished)
                unfinished.rename(folder)
        (bundle,) = folder.iterdir()
        return _read(bundle)


def export_demo(store: ArtifactStore, target: str, precision: str) -> Artifact:
    """Export the demo, calibrated on its own digits where a precision needs that; labeled digits judge it."""
    return store.export(
        create_model("xxs", checkpoint=DEMO),
        target,
        precision=precision,
        image_size=(DEMO_IMAGE_SIZE, DEMO_IMAGE_SIZE),
        labels=DEMO_LABELS,
        calibration=DEMO,
        parity=False,
    )


def copy_of(artifact: Artifact, folder: Path) -> Artifact:
    """Copy an artifact with its bundle into ``folder``, for a test that changes files."""
    return _read(Path(shutil.copytree(artifact.bundle, folder / artifact.bundle.name)))


def _key(model: Network, target: str, options: dict[str, Any]) -> str:
    made_from = (model.config, describe_weights(model).sha256, target, sorted(options.items()))
    return f"{target}_{hashlib.sha256(repr(made_from).encode()).hexdigest()[:16]}"


def _read(bundle: Path) -> Artifact:
    """The one artifact of a bundle, as its manifest and its report have it."""
    (entry,) = Report.model_validate_json((bundle / "report.json").read_text("utf-8")).root
    (facts,) = [each for each in open_bundle(bundle).manifest.artifacts if each.file == entry.file]
    return Artifact(bundle / entry.file, bundle, facts, entry)
