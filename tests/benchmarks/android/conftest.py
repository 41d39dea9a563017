"""A phone double on a real socket, and a bundle for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from cloformer.benchmarks.devices.patience import Patience
from cloformer.benchmarks.records.parts import Protocol
from tests.benchmarks.android.adb_server import AdbServer, PhoneDouble
from tests.benchmarks.devices.bundles import write_bundle

QUICK = Protocol(name="custom", repeats=2, warm_up=1, samples=3)


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> Iterator[PhoneDouble]:
    """A phone double, on the port where a real adb client looks for its server."""
    adbutils = pytest.importorskip("adbutils", reason="the extra android is not installed")
    # The client sleeps 10 ms after each of the thousands of connections that these tests make.
    monkeypatch.setattr(adbutils._adb, "time", SimpleNamespace(sleep=lambda _seconds: None))
    phone = PhoneDouble()
    with AdbServer(phone) as server:
        monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(server.port))
        yield phone


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "cloformer_xxs_test_32x32", "onnx", "executorch")


@pytest.fixture
def said() -> list[str]:
    """The messages shown to the user."""
    return []


@pytest.fixture
def patience(said: list[str]) -> Patience:
    return Patience(5.0, 0.01, said.append)
