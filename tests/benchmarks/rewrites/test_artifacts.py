"""Artifacts are made once, and incomplete ones are not used."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.benchmarks.rewrites import artifacts
from cloformer.benchmarks.rewrites.artifacts import make_artifacts
from cloformer.benchmarks.rewrites.cases import Case, make_cases
from cloformer.export.targets.onnx import convert as onnx_convert
from cloformer.model import CloFormer
from tests.benchmarks.rewrites.conftest import SIZE


def test_a_second_call_exports_nothing(onnx_files: tuple[list[Case], list[Path]], tmp_path: Path) -> None:
    cases, paths = onnx_files
    told: list[str] = []
    before = [path.stat().st_mtime_ns for path in paths]
    assert make_artifacts(cases, "xxs", SIZE, tmp_path, told.append) == paths
    assert told == [] and [path.stat().st_mtime_ns for path in paths] == before


def test_a_form_that_changed_is_another_file(small: CloFormer, tmp_path: Path) -> None:
    case = make_cases("onnx", ablation=False)[1]
    shorter = Case(case.target, case.name, case.rewrites[:-1])
    names = {artifacts._stem(each, "xxs", SIZE) for each in (case, shorter)}
    assert len(names) == 2


def test_an_interrupted_export_leaves_nothing_that_is_taken_for_an_artifact(
    small: CloFormer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_half(conversion: object, _stages: object) -> None:
        conversion.path.write_bytes(b"half")  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    monkeypatch.setattr(onnx_convert, "convert", write_half)
    with pytest.raises(KeyboardInterrupt):
        make_artifacts(make_cases("onnx", ablation=False), "xxs", SIZE, tmp_path, lambda _what: None)
    assert list(tmp_path.iterdir()) == []
