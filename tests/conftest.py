"""What all tests share: one thread a worker, a small network, one store of artifacts, and the tests that there are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

# Before torch is imported: its threads spin at their barriers, and the test workers already fill the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
import torch

from cloformer.model import CloFormer
from cloformer.model.random_weights import fill_with_random_weights
from tests.artifacts import ArtifactStore, few_images
from tests.networks import shallow_variant
from tests.tiers import remember_tests

torch.set_num_threads(1)


@pytest.hookimpl(tryfirst=True)  # before -m deselects
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    remember_tests(config, items)


@pytest.fixture(scope="session")
def shallow() -> CloFormer:
    """A shallow CloFormer with 10 classes and random weights."""
    model = CloFormer(shallow_variant(), 10)
    fill_with_random_weights(model)
    return model.eval()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@pytest.fixture(scope="session")
def store(run_folder: Path) -> ArtifactStore:
    """Artifacts that are exported once for all workers."""
    folder = run_folder / "artifacts"
    folder.mkdir(exist_ok=True)
    return ArtifactStore(folder)


@pytest.fixture
def compare_few() -> Iterator[None]:
    """Exports of this test are compared on four of the sixteen images."""
    with few_images():
        yield
