from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.model import create_model
from tests.model.checkpoint_files import Weights


@pytest.fixture(scope="session")
def xxs_weights() -> Weights:
    """A state dict that fits CloFormer-XXS with five classes. Copy it before changing it."""
    return dict(create_model("xxs", num_classes=5).state_dict())


@pytest.fixture
def pth(tmp_path: Path) -> Path:
    """Where a test may write a checkpoint."""
    return tmp_path / "weights.pth"
