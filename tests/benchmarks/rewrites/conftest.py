"""A small network instead of a variant, so that the real exporters only take seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from cloformer.benchmarks.rewrites import artifacts, measure
from cloformer.benchmarks.rewrites.artifacts import make_artifacts
from cloformer.benchmarks.rewrites.cases import Case, make_cases
from cloformer.model import CloFormer

SIZE = (32, 64)


@pytest.fixture
def small(shallow: CloFormer, monkeypatch: pytest.MonkeyPatch) -> CloFormer:
    """The shallow network, which replaces every variant that the benchmark builds."""
    for module in (artifacts, measure):
        monkeypatch.setattr(module, "create_model", lambda _variant: shallow)
    return shallow


@pytest.fixture
def onnx_files(small: CloFormer, run_folder: Path, tmp_path: Path) -> tuple[list[Case], list[Path]]:
    """The stock export and both forms for ONNX Runtime in ``tmp_path``, exported once for all workers."""
    cases = make_cases("onnx", ablation=False)
    made = run_folder / "rewrites"
    with FileLock(f"{made}.lock"):
        make_artifacts(cases, "xxs", SIZE, made, lambda _what: None)
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return cases, make_artifacts(cases, "xxs", SIZE, tmp_path, lambda _what: None)
