from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from cloformer.export.parity.verdict import bounds_for
from cloformer.export.reference.run import run_reference
from cloformer.model import VARIANTS, CloFormer, create_model, preprocessing_for
from cloformer.model.random_weights import fill_with_random_weights
from tests.model.official_code import PUBLISHED


def bytes_of(model: CloFormer) -> list[bytes]:
    return [value.numpy().tobytes() for value in model.state_dict().values()]


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_same_seed_same_bytes(variant: str) -> None:
    torch.manual_seed(1)
    first = create_model(variant, 10)
    torch.manual_seed(2)  # PyTorch's own generator has no part in it
    assert bytes_of(first) == bytes_of(create_model(variant, 10))


def test_other_seed_other_weights() -> None:
    model = create_model("xxs", 10)
    other = copy.deepcopy(model)
    fill_with_random_weights(other, seed=1)
    for (name, value), changed in zip(model.state_dict().items(), other.state_dict().values(), strict=True):
        assert torch.equal(value, changed) == (not value.is_floating_point()), name


def test_nothing_is_left_as_it_was() -> None:
    """Also the running statistics, and whatever is in the memory of a model that was never initialized."""
    model = create_model("xxs", 10)
    for value in model.state_dict().values():
        value.fill_(float("nan") if value.is_floating_point() else 99)
    fill_with_random_weights(model)
    assert bytes_of(model) == bytes_of(create_model("xxs", 10))


def test_running_variance_is_positive() -> None:
    for name, value in create_model("xxs").state_dict().items():
        if name.endswith("running_var"):
            assert float(value.min()) > 0.1


@pytest.mark.parametrize("variant", PUBLISHED)
def test_a_dead_graph_could_not_pass_parity(variant: str) -> None:
    logits = run_reference(create_model(variant), preprocessing_for(224, 224)).logits
    assert logits.shape == (16, 1000)
    distances = np.abs(logits[:, None] - logits[None]).max(axis=2)
    farthest = distances.max(axis=1)
    assert float(farthest.min()) >= bounds_for("fp16", logits).sensitivity
    pairs = distances[np.triu_indices(16, k=1)]
    fp32 = bounds_for("fp32", logits)
    assert fp32.max_abs is not None
    assert float(pairs.min()) >= 10 * fp32.max_abs
