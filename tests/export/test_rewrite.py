"""Each rewrite computes what the reference computes, in float64, on random sizes and weights."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cloformer.export.block_names import Tapped
from cloformer.export.rewrite import mobile_form
from cloformer.export.rewrite.attention import split_attention
from cloformer.export.rewrite.fold_batch_norm import fold_batch_norms
from cloformer.export.rewrite.fold_group_norm import fold_group_norm_affines
from cloformer.export.rewrite.group_norm import spell_out_group_norms
from cloformer.model import CloFormer
from cloformer.model.random_weights import fill_with_random_weights
from tests.conftest import shallow_variant

REWRITES: list[Callable[[CloFormer], None]] = [
    fold_batch_norms,
    fold_group_norm_affines,
    split_attention,
    spell_out_group_norms,
]
VARIANTS = ["xxs", "xs", "s", "xxs_global", "xxs_local"]


def random_network(variant: str, seed: int) -> CloFormer:
    model = CloFormer(shallow_variant(variant), 7)
    fill_with_random_weights(model, seed)
    return model.double().eval()


def largest_difference(model: torch.nn.Module, other: torch.nn.Module, image: torch.Tensor) -> float:
    with torch.no_grad():
        expected, found = model(image), other(image)
    return float((expected - found).abs().max() / expected.abs().max())


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda rewrite: rewrite.__name__)
@settings(max_examples=8, deadline=None)
@given(
    variant=st.sampled_from(VARIANTS),
    seed=st.integers(0, 2**31),
    height=st.sampled_from([32, 64, 96]),
    width=st.sampled_from([32, 64, 96]),
    batch=st.integers(1, 3),
)
def test_one_rewrite_alone_changes_nothing(
    rewrite: Callable[[CloFormer], None], variant: str, seed: int, height: int, width: int, batch: int
) -> None:
    model = random_network(variant, seed)
    rewritten = copy.deepcopy(model)
    rewrite(rewritten)
    image = torch.randn(batch, 3, height, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    assert largest_difference(model, rewritten, image) < 1e-10


@settings(max_examples=15, deadline=None)
@given(variant=st.sampled_from(VARIANTS), seed=st.integers(0, 2**31), side=st.sampled_from([32, 64, 128]))
def test_mobile_form_equals_the_reference(variant: str, seed: int, side: int) -> None:
    model = random_network(variant, seed)
    image = torch.randn(2, 3, side, side, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    assert largest_difference(model, mobile_form(model), image) < 1e-10


def test_mobile_form_keeps_the_outputs_of_every_block() -> None:
    model = random_network("xxs", 3)
    image = torch.randn(1, 3, 64, 64, dtype=torch.float64)
    with torch.no_grad():
        expected, found = Tapped(model)(image), Tapped(mobile_form(model))(image)
    assert len(expected) == 1 + 1 + 4  # logits, stem, one block a stage
    for want, got in zip(expected, found, strict=True):
        torch.testing.assert_close(got, want, rtol=1e-10, atol=1e-10)


def test_mobile_form_leaves_the_reference_alone() -> None:
    model = random_network("xxs", 0)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    mobile_form(model)
    after = model.state_dict()
    assert list(before) == list(after)
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_mobile_form_has_no_operator_that_xnnpack_leaves_out() -> None:
    exported = torch.export.export(mobile_form(random_network("xxs", 0)).float(), (torch.zeros(1, 3, 64, 64),))
    targets = {str(node.target) for node in exported.run_decompositions({}).graph.nodes if node.op == "call_function"}
    for name in ("group_norm", "batch_norm", "split", "chunk", "expand", "matmul"):
        assert not [target for target in targets if name in target]


def test_a_group_norm_that_was_not_folded_keeps_its_scale_and_shift() -> None:
    norm = torch.nn.GroupNorm(1, 4).double()
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([1.0, 2.0, 3.0, 4.0]))
        norm.bias.copy_(torch.tensor([0.5, 0.0, -0.5, 1.0]))
    holder = torch.nn.Sequential(norm)
    image = torch.randn(3, 4, 5, 7, dtype=torch.float64)
    expected = holder(image)
    spell_out_group_norms(holder)
    torch.testing.assert_close(holder(image), expected, rtol=1e-12, atol=1e-12)
