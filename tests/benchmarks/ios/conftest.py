"""An iPhone double with a double of Apple's tool, and a bundle for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.devices.bundles import write_bundle
from tests.benchmarks.ios.devicectl import MISSING, IPhoneDouble, XcrunDouble


@pytest.fixture
def iphone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[IPhoneDouble]:
    if MISSING:
        pytest.skip(MISSING)
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    with XcrunDouble(IPhoneDouble(), folder) as server:
        yield server.phone


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "cloformer_xxs_test_32x32", "coreml", "onnx")
