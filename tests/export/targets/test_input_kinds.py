"""Artifacts that leave the normalization to the caller, for the targets whose own tests do not have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.export import export
from cloformer.model import CloFormer


@pytest.mark.usefixtures("compare_few")
@pytest.mark.parametrize("target", ["coreml", pytest.param("executorch", marks=pytest.mark.nightly)])
def test_the_caller_may_normalize(shallow: CloFormer, target: str, tmp_path: Path) -> None:
    made = export(shallow, target, precision="fp32", image_size=(64, 64), input_kind="normalized", output=tmp_path)
    assert made.report.parity.passed is True
    assert (made.facts.input.kind, made.facts.input.normalization_in_graph) == ("tensor", False)
