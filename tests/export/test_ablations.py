"""The paper's ablations, in which one of the two branches is missing, export as the full variants do."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.export import TARGETS, export
from cloformer.export.registry import missing_packages
from cloformer.model import CloFormer
from cloformer.model.random_weights import fill_with_random_weights
from tests.networks import shallow_variant

EXACT = [name for name, target in TARGETS.items() if "fp32" in target.precisions]
"""Not the HTP: how well a network survives 8-bit weights is a matter of its weights, and these are random."""


@pytest.mark.parametrize("target", EXACT)
@pytest.mark.parametrize("variant", ["xxs_global", "xxs_local"])
def test_a_network_of_one_branch_is_equal_to_the_reference(variant: str, target: str, tmp_path: Path) -> None:
    if missing_packages(TARGETS[target]):
        pytest.skip(f"the extra {TARGETS[target].extra} is not installed")
    model = CloFormer(shallow_variant(variant), 10)
    fill_with_random_weights(model)
    artifact = export(model.eval(), target, precision="fp32", image_size=(64, 64), output=tmp_path)
    assert artifact.report.parity.passed is True
    assert artifact.report.parity.samples == 16
