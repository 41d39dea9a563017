"""Each rewrite, and each form, computes what the reference computes: float64, random sizes, random weights."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cloformer.export.forms import REWRITES, apply_form, apply_rewrites
from cloformer.export.graph.blocks import Tapped
from cloformer.export.request.form_names import FORMS
from cloformer.model import create_model
from cloformer.model.network import Network, outputs_of
from cloformer.model.tasks import TASKS, TaskName
from tests.export.forms.networks import VARIANTS, largest_difference, random_image, random_network

SIDES = st.sampled_from([32, 64, 96])
IN_FP16 = 1e-4
"""What a form for fp16 alone may differ by: a fifth of fp16's step at 1."""

PREFIXES = list(
    dict.fromkeys(rewrites[:length] for rewrites in FORMS.values() for length in range(1, len(rewrites) + 1))
)
"""Each sequence of rewrites with which a form begins, once: most forms begin alike."""


def test_every_rewrite_that_a_form_names_exists_and_every_rewrite_is_in_a_form() -> None:
    assert {name for rewrites in FORMS.values() for name in rewrites} == set(REWRITES)


def last_of(rewrites: Sequence[str]) -> str:
    return f"{rewrites[-1]} after {len(rewrites) - 1}"


def bound(form: str, exact: float) -> float:
    """What ``form`` may differ by from the reference, relative to the largest value."""
    return IN_FP16 if form == "xnnpack-fp16" else exact


def described(model: Network) -> tuple[str, dict[str, float]]:
    """Modules and weights; two networks that share both are the same."""
    return repr(model), {name: float(value.sum()) for name, value in model.state_dict().items()}


@pytest.mark.parametrize("rewrites", PREFIXES, ids=last_of)
@settings(max_examples=4, deadline=None)
@given(
    variant=st.sampled_from(VARIANTS),
    seed=st.integers(0, 2**31),
    height=SIDES,
    width=SIDES,
    batch=st.integers(1, 3),
)
def test_each_rewrite_of_a_form_changes_the_network_and_not_what_it_computes(
    rewrites: tuple[str, ...], variant: str, seed: int, height: int, width: int, batch: int
) -> None:
    task: TaskName = "segmentation" if rewrites[-1] == "upsample_by_convolution" else "classification"
    model = random_network(variant, seed, task)
    before = apply_rewrites(model, rewrites[:-1])
    after = apply_rewrites(model, rewrites)
    difference = largest_difference(before, after, random_image(seed, batch, 3, height, width))
    assert difference < (IN_FP16 if rewrites[-1] == "spell_out_gelu" else 1e-10)
    branch_it_lacks = variant in ("xxs_global", "xxs_local")
    assert described(before) != described(after) or branch_it_lacks


def assert_each_form_is_equal(model: Network, image: torch.Tensor, exact: float) -> None:
    """All forms, with one pass of the reference."""
    with torch.no_grad():
        expected = outputs_of(model(image))
        for form in FORMS:
            found = outputs_of(apply_form(model, form)(image))
            for want, got in zip(expected, found, strict=True):
                assert float((got - want).abs().max() / want.abs().max()) < bound(form, exact), form


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_form_equals_the_reference(variant: str) -> None:
    model, image = random_network(variant, 5), random_image(5, 2, 3, 96, 128)
    assert_each_form_is_equal(model, image, 1e-10)
    assert_each_form_is_equal(model.float(), image.float(), 1e-5)


@pytest.mark.parametrize("task", [task for task in TASKS if task != "classification"])
def test_each_form_equals_the_reference_in_dense_tasks(task: TaskName) -> None:
    model, image = random_network("xxs", 6, task), random_image(6, 2, 3, 64, 96)
    assert_each_form_is_equal(model, image, 1e-10)
    assert_each_form_is_equal(model.float(), image.float(), 1e-5)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_keeps_the_outputs_of_every_block(form: str) -> None:
    model, image = random_network("xxs", 3), random_image(3, 1, 3, 64, 64)
    with torch.no_grad():
        expected, found = Tapped(model)(image), Tapped(apply_form(model, form))(image)
    assert len(expected) == 1 + 1 + 4  # logits, stem, one block a stage
    for want, got in zip(expected, found, strict=True):
        slack = 1e-10 if form != "xnnpack-fp16" else IN_FP16 * float(want.abs().max())
        torch.testing.assert_close(got, want, rtol=1e-10, atol=slack)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_leaves_the_reference_alone(form: str) -> None:
    model = random_network("xxs", 0)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    apply_form(model, form)
    after = model.state_dict()
    assert list(before) == list(after)
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def operators(model: Network) -> set[str]:
    exported = torch.export.export(model.float(), (torch.zeros(1, 3, 64, 64),)).run_decompositions({})
    return {str(node.target) for node in exported.graph.nodes if node.op == "call_function"}


def test_the_form_for_xnnpack_has_no_operator_that_xnnpack_leaves_out() -> None:
    found = operators(apply_form(random_network("xxs", 0), "xnnpack"))
    for name in ("group_norm", "batch_norm", "split", "chunk", "expand", "matmul", "silu"):
        assert not [target for target in found if name in target]


@pytest.mark.parametrize("form", [form for form in FORMS if form != "reference"])
def test_no_form_has_a_tensor_above_rank_4(form: str) -> None:
    model = apply_form(random_network("xxs", 0), form).float()
    exported = torch.export.export(model, (torch.zeros(1, 3, 64, 64),)).run_decompositions({})
    values = [node.meta["val"] for node in exported.graph.nodes if isinstance(node.meta.get("val"), torch.Tensor)]
    activations = [value for value in values if value.shape]
    assert activations and max(value.dim() for value in activations) <= 4


@pytest.mark.parametrize(
    ("variant", "side"),
    [
        pytest.param(variant, side, marks=() if (variant, side) == ("xxs", 224) else pytest.mark.nightly)
        for variant in ("xxs", "xs", "s")
        for side in (224, 256, 384)
    ],
)
@pytest.mark.parametrize(("dtype", "exact"), [(torch.float32, 1e-5), (torch.float64, 1e-10)], ids=str)
def test_whole_networks_equal_the_reference_at_the_sizes_of_the_budgets(
    variant: str, side: int, dtype: torch.dtype, exact: float
) -> None:
    model, image = create_model(variant).to(dtype), random_image(side, 1, 3, side, side).to(dtype)
    with torch.no_grad():
        expected = model(image)
        for form in ("xnnpack", "onnx-arm64", "neural-engine"):
            difference = (apply_form(model, form)(image) - expected).abs().max() / expected.abs().max()
            assert float(difference) < exact, form
