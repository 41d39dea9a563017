"""Two exports that join the same bundle at once: the second waits until the first has moved its files in."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock

from cloformer.export.bundle.writer import commit
from cloformer.model import CloFormer
from cloformer.runtimes import open_bundle
from tests.artifacts import ArtifactStore, copy_of
from tests.commands.results import assert_whole


def test_an_export_waits_while_another_holds_the_bundle(
    shallow: CloFormer, store: ArtifactStore, tmp_path: Path
) -> None:
    artifact = copy_of(store.export(shallow, "onnx", precision="fp32", image_size=(64, 96)), tmp_path / "out")
    manifest = open_bundle(artifact.bundle).manifest
    staging = tmp_path / "staging"
    staging.mkdir()
    shutil.copy(artifact.path, staging)
    with ThreadPoolExecutor(1) as other:
        with FileLock(artifact.bundle / ".lock"):
            joining = other.submit(commit, artifact.bundle, staging, manifest, artifact.report)
            with pytest.raises(TimeoutError):
                joining.result(timeout=0.5)
            assert (staging / artifact.path.name).exists()
        joining.result(timeout=60)
    assert not (staging / artifact.path.name).exists()
    assert_whole(artifact.bundle)
