from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from cloformer.model import VARIANTS, CloFormer, UsageError, create_model
from cloformer.model.block import CloBlock
from tests.model.official_code import PUBLISHED, official_images, official_logits, official_shapes, recipe_weights

# millions of parameters as the paper prints them, then millions of parameters and G multiply-accumulates at 224x224
# as counted from the official code (published_facts, 1.5)
PUBLISHED_COSTS = [("xxs", 4.2, 4.167, 0.661), ("xs", 7.2, 7.172, 1.219), ("s", 12.3, 12.346, 2.170)]
ABLATION_COSTS = [("xxs_global", 3.998, 0.617), ("xxs_local", 4.733, 0.742)]

SIDES = (32, 64, 96, 128, 160)


def on_meta(variant: str, num_classes: int = 1000) -> CloFormer:
    """Shapes without values."""
    with torch.device("meta"):
        return CloFormer(VARIANTS[variant], num_classes).eval()


def parameters_in_millions(model: nn.Module) -> float:
    return sum(parameter.numel() for parameter in model.parameters()) / 1e6


def gmacs(model: nn.Module) -> float:
    with FlopCounterMode(display=False) as counter:
        model(torch.empty(1, 3, 224, 224, device="meta"))
    return float(counter.get_total_flops()) / 2 / 1e9


def image(height: int, width: int, batch: int = 1, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(batch, 3, height, width, dtype=dtype, generator=torch.Generator().manual_seed(height + width))


@pytest.fixture(scope="module")
def tiny() -> CloFormer:
    return create_model("xxs", num_classes=3)


@pytest.mark.parametrize("variant", PUBLISHED)
def test_state_dict_has_the_official_names_order_and_shapes(variant: str) -> None:
    ours = {name: tuple(value.shape) for name, value in on_meta(variant).state_dict().items()}
    assert list(ours.items()) == list(official_shapes(variant).items())


@pytest.mark.parametrize(("dtype", "allowed"), [(torch.float32, 1e-4), (torch.float64, 1e-6)])
@pytest.mark.parametrize("variant", PUBLISHED)
def test_logits_are_the_official_ones(variant: str, dtype: torch.dtype, allowed: float) -> None:
    model = CloFormer(VARIANTS[variant], 1000).to(dtype).eval()
    model.load_state_dict(recipe_weights(variant))
    with torch.no_grad():
        logits = model(official_images().to(dtype))
    assert logits.dtype == dtype
    torch.testing.assert_close(logits.double(), official_logits(variant).double(), rtol=0, atol=allowed)


@pytest.mark.parametrize(("variant", "printed", "millions", "giga"), PUBLISHED_COSTS)
def test_costs_are_the_published_ones(variant: str, printed: float, millions: float, giga: float) -> None:
    model = on_meta(variant)
    assert round(parameters_in_millions(model), 1) == printed
    assert round(parameters_in_millions(model), 3) == millions
    assert gmacs(model) == pytest.approx(giga, rel=0.01)


@pytest.mark.parametrize(("variant", "millions", "giga"), ABLATION_COSTS)
def test_costs_of_the_ablations(variant: str, millions: float, giga: float) -> None:
    model = on_meta(variant)
    assert round(parameters_in_millions(model), 3) == millions
    assert gmacs(model) == pytest.approx(giga, rel=0.01)


@pytest.mark.parametrize(
    ("variant", "absent", "present"),
    [
        ("xxs_global", (".convs.", ".act_blocks.", ".qkvs."), (".global_q.", ".global_kv.")),
        ("xxs_local", (".global_q.", ".global_kv."), (".convs.", ".act_blocks.", ".qkvs.")),
        ("xxs", (), (".convs.", ".act_blocks.", ".qkvs.", ".global_q.", ".global_kv.")),
    ],
)
def test_ablation_leaves_one_branch_out(variant: str, absent: tuple[str, ...], present: tuple[str, ...]) -> None:
    names = list(on_meta(variant).state_dict())
    assert not [name for name in names if any(part in name for part in absent)]
    for part in present:  # in each of the twelve blocks, a weight and a bias or more
        assert sum(part in name for name in names) >= 24


@pytest.mark.parametrize("variant", sorted(VARIANTS))
@pytest.mark.parametrize(("batch", "num_classes"), [(1, 1), (3, 7)])
def test_any_variant_batch_and_class_count(variant: str, batch: int, num_classes: int) -> None:
    model = create_model(variant, num_classes)
    with torch.no_grad():
        logits = model(image(64, 32, batch))
    assert logits.shape == (batch, num_classes)
    assert bool(torch.isfinite(logits).all())


@pytest.mark.parametrize("height", SIDES)
@pytest.mark.parametrize("width", SIDES)
def test_any_multiple_of_32(tiny: CloFormer, height: int, width: int) -> None:
    with torch.no_grad():
        logits = tiny(image(height, width))
        other = tiny(image(height, width).flip(3))
    assert logits.shape == (1, 3)
    assert bool(torch.isfinite(logits).all())
    assert float((logits - other).abs().max()) > 1e-3  # the image matters


@given(height=st.integers(0, 200), width=st.integers(0, 200))
def test_other_sizes_are_refused(tiny: CloFormer, height: int, width: int) -> None:
    if height in SIDES and width in SIDES:
        return
    if height and width and height % 32 == 0 and width % 32 == 0:
        return
    with pytest.raises(UsageError, match=rf"{height}x{width}.*multiples of 32"):
        tiny(torch.empty(1, 3, height, width))


@pytest.mark.parametrize(("variant", "batch"), [("xxs", 2), ("xs", 3), ("s", 2), ("xxs_global", 2), ("xxs_local", 4)])
def test_images_of_a_batch_do_not_meet(variant: str, batch: int) -> None:
    model = create_model(variant, num_classes=3).double()
    images = image(32, 64, batch, torch.float64)
    with torch.no_grad():
        together = model(images)
        alone = torch.cat([model(one[None]) for one in images])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-12)


def test_blocks_come_in_the_order_in_which_they_compute(tiny: CloFormer) -> None:
    called: list[nn.Module] = []
    hooks = [block.register_forward_hook(lambda block, *_: called.append(block)) for block in tiny.clo_blocks()]
    with torch.no_grad():
        tiny(image(32, 32))
    for hook in hooks:
        hook.remove()
    assert len(called) == 2 + 2 + 6 + 2
    assert [*map(id, called)] == [*map(id, tiny.clo_blocks())]


def test_stages_halve_the_resolution_and_widen(tiny: CloFormer) -> None:
    shapes: list[tuple[int, ...]] = []

    def note(module: nn.Module, inputs: tuple[Tensor, ...], _output: Tensor) -> None:
        shapes.append(tuple(inputs[0].shape[1:]))

    hooks = [stage.register_forward_hook(note) for stage in tiny.layers]
    with torch.no_grad():
        tiny(image(96, 64))
    for hook in hooks:
        hook.remove()
    assert shapes == [(32, 24, 16), (64, 12, 8), (128, 6, 4), (256, 3, 2)]


@pytest.mark.parametrize("stride", [1, 2])
def test_block_without_branches_is_its_shortcut(stride: int) -> None:
    variant = VARIANTS["xxs"]
    block = CloBlock(variant, variant.stages[0], 64 if stride == 2 else 32, stride).eval()
    for last in (block.attn.proj, block.mlp.fc2):
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]
    x = torch.randn(1, 32, 8, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        out, _ = block(x)
        shortcut = block.downsample(x)
    assert torch.equal(out, shortcut)
    assert out.shape == ((1, 32, 8, 8) if stride == 1 else (1, 64, 4, 4))
    assert stride == 2 or torch.equal(out, x)


def test_head_reads_the_mean_of_the_normalized_map(tiny: CloFormer) -> None:
    seen: list[Tensor] = []
    hook = tiny.norm.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    with torch.no_grad():
        logits = tiny(image(64, 64))
        expected = seen[0].mean(dim=(2, 3)) @ tiny.head.weight.T + tiny.head.bias
    hook.remove()
    torch.testing.assert_close(logits, expected, rtol=1e-5, atol=1e-5)
