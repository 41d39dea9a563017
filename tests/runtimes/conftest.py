"""One shallow network, exported once to every format that the sessions' tests open."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cloformer.export import TARGETS
from cloformer.export.request.registry import missing_packages
from cloformer.model import CloFormer
from tests.artifacts import ArtifactStore
from tests.targets import EXACT

SIZE = (64, 96)


@pytest.fixture(scope="session")
def artifacts(shallow: CloFormer, store: ArtifactStore) -> dict[str, Path]:
    """Target -> artifact in fp32, each in its bundle."""
    return {
        target: store.export(shallow, target, precision="fp32", image_size=SIZE).path
        for target in EXACT
        if not missing_packages(TARGETS[target])
    }


@pytest.fixture
def images() -> np.ndarray:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 3, *SIZE))
    return (pixels / 255).astype(np.float32)
