from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from cloformer.model import VARIANTS, create_model
from cloformer.model.clo_attention import CloAttention
from cloformer.model.variants import StageConfig

MIXED = StageConfig(dim=16, depth=1, local_heads=1, global_heads=3, kernel_size=3, pool_window=2)
STAGES = {
    f"{name}-{index}": stage
    for name, variant in VARIANTS.items()
    for index, stage in enumerate(variant.stages, start=1)
}


def random_attention(stage: StageConfig, seed: int = 0) -> CloAttention:
    """In float64, with weights of a size at which tanh, SiLU and softmax are far from linear."""
    torch.manual_seed(seed)
    attention = CloAttention(stage).double().eval()
    for parameter in attention.parameters():
        nn.init.normal_(parameter, std=1.0 if parameter.dim() == 1 else 2 / parameter[0].numel() ** 0.5)
    return attention


def tokens(stage: StageConfig, height: int = 8, width: int = 16) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(2, stage.dim, height, width, dtype=torch.float64, generator=generator)


def last_context_layer(attention: CloAttention) -> nn.Conv2d:
    layer = attention.get_submodule("act_blocks.0.act_block.2")
    assert isinstance(layer, nn.Conv2d)
    return layer


def conv1x1(weights: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    """A 1x1 convolution as what it is, a linear map of channels."""
    mapped = torch.einsum("oc,nchw->nohw", weights[f"{name}.weight"][:, :, 0, 0], x)
    return mapped + weights[f"{name}.bias"][:, None, None]


def as_the_official_code_computes_it(weights: dict[str, Tensor], stage: StageConfig, x: Tensor) -> Tensor:
    """Both branches in the official code's steps: rank-5 q, k, v for the local one, heads for the global one."""
    batch, _, height, width = x.shape
    d = stage.dim // (stage.local_heads + stage.global_heads)
    branches = []
    if stage.local_heads:
        channels = 3 * d * stage.local_heads
        qkv = conv1x1(weights, "qkvs.0", x)
        padding = stage.kernel_size // 2
        qkv = functional.conv2d(
            qkv, weights["convs.0.weight"], weights["convs.0.bias"], padding=padding, groups=channels
        )
        q, k, v = qkv.reshape(batch, 3, -1, height, width).transpose(0, 1)
        hidden = conv1x1(weights, "act_blocks.0.act_block.0", q * k)
        attention = conv1x1(weights, "act_blocks.0.act_block.2", hidden * torch.sigmoid(hidden))
        branches.append(torch.tanh(attention * d**-0.5) * v)
    if stage.global_heads:
        window = stage.pool_window
        small = x.reshape(batch, -1, height // window, window, width // window, window).mean(dim=(3, 5))
        q = conv1x1(weights, "global_q", x).reshape(batch, stage.global_heads, d, height * width)
        kv = conv1x1(weights, "global_kv", small).reshape(batch, 2, stage.global_heads, d, -1)
        scores = torch.einsum("nhdq,nhdk->nhqk", q, kv[:, 0]) * d**-0.5
        attended = torch.einsum("nhqk,nhdk->nhdq", scores.exp() / scores.exp().sum(-1, keepdim=True), kv[:, 1])
        branches.append(attended.reshape(batch, -1, height, width))
    return conv1x1(weights, "proj", torch.cat(branches, dim=1))


@torch.no_grad()
@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES.keys())
def test_it_computes_what_the_official_code_computes(stage: StageConfig) -> None:
    attention, x = random_attention(stage), tokens(stage)
    expected = as_the_official_code_computes_it(dict(attention.state_dict()), stage, x)
    torch.testing.assert_close(attention(x), expected, rtol=1e-10, atol=1e-10)


@torch.no_grad()
def test_gate_is_the_tanh_of_the_scaled_context_weights_with_their_bias() -> None:
    """With a last convolution that is only a bias b, the gate must be tanh(b / sqrt(d)) wherever it is applied."""
    attention, x = random_attention(MIXED), tokens(MIXED)
    last = last_context_layer(attention)
    assert last.bias is not None
    nn.init.zeros_(last.weight)
    v = attention.convs[0](attention.qkvs[0](x))[:, -attention.local_dim :]
    gate = torch.tanh(last.bias / 2.0)[:, None, None]  # d = 16 / 4 = 4
    torch.testing.assert_close(attention.attn_conv(x), gate * v, rtol=1e-12, atol=1e-12)


@torch.no_grad()
@pytest.mark.parametrize("gain", [1e-3, 1.0, 1e6])
def test_gate_stays_between_minus_one_and_one(gain: float) -> None:
    attention, x = random_attention(MIXED), tokens(MIXED)
    for parameter in last_context_layer(attention).parameters():
        parameter.mul_(gain)
    v = attention.convs[0](attention.qkvs[0](x))[:, -attention.local_dim :]
    gate = attention.attn_conv(x) / v
    assert float(gate.abs().max()) <= 1 + 1e-12
    assert float(gate.min()) < 0 < float(gate.max())
    if gain > 1:  # saturated: the bound is reached
        assert float(gate.abs().median()) > 0.999


@torch.no_grad()
def test_one_convolution_aggregates_q_k_and_v_over_its_kernel() -> None:
    attention = random_attention(StageConfig(8, 1, local_heads=2, global_heads=0, kernel_size=5, pool_window=1))
    x = torch.zeros(1, 8, 16, 16, dtype=torch.float64)
    before = attention.attn_conv(x)
    x[0, :, 8, 8] = 1.0
    changed = (attention.attn_conv(x) - before).abs().amax(dim=(0, 1)) > 0
    rows, columns = changed.nonzero(as_tuple=True)
    assert (int(rows.min()), int(rows.max())) == (6, 10)
    assert (int(columns.min()), int(columns.max())) == (6, 10)


@torch.no_grad()
def test_projection_reads_the_local_branch_first() -> None:
    attention, x = random_attention(MIXED), tokens(MIXED)
    attention.proj.weight.copy_(torch.eye(MIXED.dim)[:, :, None, None])
    nn.init.zeros_(attention.proj.bias)  # type: ignore[arg-type]
    local, pooled = attention(x).split([4, 12], dim=1)
    torch.testing.assert_close(local, attention.attn_conv(x), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(pooled, attention.pooled_attention(x), rtol=1e-12, atol=1e-12)


@torch.no_grad()
def test_global_branch_with_equal_keys_is_the_mean_of_the_values() -> None:
    attention, x = random_attention(MIXED), tokens(MIXED)
    attention.global_kv.weight[:12] = 0.0  # every key is its bias: every token attends to all of them alike
    mean = conv1x1(dict(attention.state_dict()), "global_kv", x.mean(dim=(2, 3), keepdim=True))[:, 12:]
    torch.testing.assert_close(attention.pooled_attention(x), mean.expand(-1, -1, 8, 16), rtol=1e-12, atol=1e-12)


@torch.no_grad()
@pytest.mark.parametrize(("size", "keys"), [(224, 49), (64, 4), (32, 1)])
def test_every_stage_attends_to_as_many_keys(size: int, keys: int) -> None:
    model = create_model("xxs", num_classes=2)
    counts: list[int] = []
    queries: list[int] = []
    for block in model.clo_blocks():
        block.attn.global_kv.register_forward_hook(lambda _m, inputs, _out: counts.append(inputs[0][0, 0].numel()))
        block.attn.global_q.register_forward_hook(lambda _m, inputs, _out: queries.append(inputs[0][0, 0].numel()))
    model(torch.zeros(1, 3, size, size))
    assert counts == [keys] * 12
    assert queries == [keys * factor for factor in [64] * 2 + [16] * 2 + [4] * 6 + [1] * 2]
