"""A small network in the place of a variant, so that the real exporters take seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.benchmarks.rewrites import artifacts, measure
from cloformer.benchmarks.rewrites.artifacts import make_artifacts
from cloformer.benchmarks.rewrites.cases import Case, make_cases
from cloformer.model import CloFormer

SIZE = (32, 64)


@pytest.fixture
def small(shallow: CloFormer, monkeypatch: pytest.MonkeyPatch) -> CloFormer:
    """The shallow network wherever the benchmark builds a variant."""
    for module in (artifacts, measure):
        monkeypatch.setattr(module, "create_model", lambda _variant: shallow)
    return shallow


@pytest.fixture
def onnx_files(small: CloFormer, tmp_path: Path) -> tuple[list[Case], list[Path]]:
    """The stock export and both forms for ONNX Runtime."""
    cases = make_cases("onnx", ablation=False)
    return cases, make_artifacts(cases, "xxs", SIZE, tmp_path, lambda _what: None)
