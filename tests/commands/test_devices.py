"""Tests that need a Mac or a phone, and skip with a reason without one. They have not yet run on such a machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cloformer.benchmarks.records import read_records
from cloformer.model import CloFormer
from cloformer.model.errors import CloformerError
from tests.artifacts import ArtifactStore
from tests.commands.results import Run

pytestmark = pytest.mark.device

QUICK = ("--repeats", "1", "--warm-up", "1", "--samples", "3")


@pytest.mark.skipif(sys.platform != "darwin", reason="Core ML itself runs on Apple's systems alone")
@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_core_ml_itself_is_equal_to_the_reference(precision: str, shallow: CloFormer, store: ArtifactStore) -> None:
    parity = store.export(shallow, "coreml", precision=precision, image_size=(64, 96)).report.parity
    assert parity.passed
    assert parity.substitute is None


def test_an_android_phone_measures_a_bundle(run: Run, shallow: CloFormer, store: ArtifactStore, tmp_path: Path) -> None:
    pytest.importorskip("adbutils", reason="the extra android is not installed")
    from cloformer.benchmarks.android.adb_phone import find_phone  # noqa: PLC0415 - needs the extra

    try:
        phone = find_phone(None)
    except CloformerError as error:
        pytest.skip(f"{error.problem}; {error.remedy}")
    if not phone.has_app():
        pytest.skip(f"{phone.title} has not the demo app")
    bundle = store.export(shallow, "onnx", precision="fp32", image_size=(64, 96)).bundle
    result = run("cloformer-bench", "android", bundle, *QUICK)
    assert result.code == 0, result.stderr
    assert all(record.complete for record in read_records(tmp_path / "android.jsonl"))
