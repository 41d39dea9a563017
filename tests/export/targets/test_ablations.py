"""The paper's ablations, in which one of the two branches is missing, export as the full variants do."""

from __future__ import annotations

from itertools import product

import pytest

from cloformer.export import TARGETS
from cloformer.export.request.registry import missing_packages
from cloformer.model import CloFormer
from cloformer.model.random_weights import fill_with_random_weights
from tests.artifacts import FEW, ArtifactStore
from tests.networks import shallow_variant

EXACT = [name for name, target in TARGETS.items() if "fp32" in target.precisions]
"""Not the HTP: how well a network survives 8-bit weights is a matter of its weights, and these are random."""


PAIRS = {
    ("xxs_global", "onnx"),
    ("xxs_global", "coreml"),
    ("xxs_local", "onnx"),
    ("xxs_local", "executorch"),
    ("xxs_local", "coreai"),
}
"""Each target once, and the quickest with both. Nightly, all."""


@pytest.mark.parametrize(
    ("variant", "target"),
    [
        pytest.param(*case, marks=() if case in PAIRS else pytest.mark.nightly)
        for case in product(("xxs_global", "xxs_local"), EXACT)
    ],
)
def test_a_network_of_one_branch_is_equal_to_the_reference(variant: str, target: str, store: ArtifactStore) -> None:
    if missing_packages(TARGETS[target]):
        pytest.skip(f"the extra {TARGETS[target].extra} is not installed")
    model = CloFormer(shallow_variant(variant), 10)
    fill_with_random_weights(model)
    artifact = store.export(model.eval(), target, precision="fp32", image_size=(64, 64))
    assert artifact.report.parity.passed is True
    assert artifact.report.parity.samples == len(FEW)
