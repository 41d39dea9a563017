from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from cloformer.model import VARIANTS, InputFileError, UsageError, create_model
from cloformer.model.checkpoint_fit import check_fit, count_classes
from cloformer.model.network import NetworkConfig
from tests.model.checkpoint_files import Weights, assert_same_weights, refusal, saved_zip


def loading_xxs(path: Path) -> object:
    return create_model("xxs", checkpoint=path)


def misfit(weights: Weights, variant: str = "xxs", classes: int = 5) -> InputFileError:
    """What is said of weights that were read and do not fit."""
    config = NetworkConfig(VARIANTS[variant], "classification", classes)
    return refusal(Path("some.pth"), lambda path: check_fit(path, weights, config))


def test_class_count_is_the_checkpoints_own(pth: Path, xxs_weights: Weights) -> None:
    changed = xxs_weights | {"head.bias": torch.arange(5.0)}
    pth.write_bytes(saved_zip(changed))
    for asked in (None, 5):
        model = create_model("xxs", asked, pth)
        assert model.num_classes == 5
        assert_same_weights(dict(model.state_dict()), changed)


@pytest.mark.parametrize(
    ("weights", "classes"),
    [
        ({"head.weight": torch.zeros(7, 4)}, 7),
        ({"head.weight": torch.zeros(0, 4)}, 0),
        ({"head.weight": torch.zeros(7)}, None),
        ({"head.bias": torch.zeros(7)}, None),
        ({}, None),
    ],
)
def test_count_classes(weights: Weights, classes: int | None) -> None:
    assert count_classes(weights, "classification") == classes


@pytest.mark.parametrize("held", ["xs", "s", "xxs_global", "xxs_local"])
def test_weights_of_another_variant_name_it(pth: Path, held: str) -> None:
    pth.write_bytes(saved_zip(create_model(held, 5).state_dict()))
    error = refusal(pth, loading_xxs)
    assert "does not fit CloFormer-xxs" in error.problem
    assert error.remedy == f"these weights fit another variant: --variant {held}"


def test_another_class_count_names_it(xxs_weights: Weights) -> None:
    error = misfit(xxs_weights, classes=1000)
    assert "head.weight is 5x256 and should be 1000x256" in error.problem
    assert "head.bias is 5 and should be 1000" in error.problem
    assert error.remedy == "these weights have 5 classes: create the model with num_classes=5"


def test_another_variant_and_another_class_count_are_both_named(xxs_weights: Weights) -> None:
    remedy = misfit(xxs_weights, "xs", classes=1000).remedy
    assert "--variant xxs" in remedy
    assert "num_classes=5" in remedy


@pytest.mark.parametrize(
    "removed", [["norm.weight"], ["head.weight", "head.bias"], ["layers.0.blocks.0.attn.convs.0.bias"]]
)
def test_missing_keys_are_named(xxs_weights: Weights, removed: list[str]) -> None:
    error = misfit({name: value for name, value in xxs_weights.items() if name not in removed})
    assert f"missing {', '.join(removed)}" in error.problem
    assert "unexpected" not in error.problem
    assert "official code's parameter names" in error.remedy


def test_many_missing_keys_are_counted(xxs_weights: Weights) -> None:
    kept = {"head.weight": xxs_weights["head.weight"]}
    problem = misfit(kept).problem
    missing = [name for name in xxs_weights if name not in kept]
    assert all(name in problem for name in missing[:4])
    assert missing[4] not in problem
    assert f"and {len(missing) - 4} more" in problem


def test_extra_keys_are_named(xxs_weights: Weights) -> None:
    problem = misfit(xxs_weights | {"head_dist.weight": torch.zeros(5, 256), "query": torch.zeros(1)}).problem
    assert "unexpected head_dist.weight, query" in problem
    assert "missing" not in problem


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("patch_embed.conv5.weight", torch.zeros(32, 32), "is 32x32 and should be 32x32x1x1"),
        ("norm.bias", torch.zeros(()), "is a single number and should be 256"),
        ("norm.bias", torch.zeros(0), "is 0 and should be 256"),
        ("layers.0.blocks.1.downsample.1.num_batches_tracked", torch.zeros(2), "is 2 and should be a single number"),
    ],
)
def test_wrong_shapes_are_named(xxs_weights: Weights, name: str, value: Tensor, says: str) -> None:
    assert f"{name} {says}" in misfit(xxs_weights | {name: value}).problem


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", ["head.bias", "patch_embed.conv1.conv.1.running_var"])
def test_values_that_are_not_finite_are_named(xxs_weights: Weights, name: str, bad: float) -> None:
    value = xxs_weights[name].clone()
    value[-1] = bad
    assert misfit(xxs_weights | {name: value}).problem.endswith(f"not finite, in {name}")


def test_float64_that_overflows_float32_is_not_finite(pth: Path, xxs_weights: Weights) -> None:
    pth.write_bytes(saved_zip(xxs_weights | {"head.bias": torch.full((5,), 1e300, dtype=torch.float64)}))
    assert "not finite, in head.bias" in refusal(pth, loading_xxs).problem


@pytest.mark.parametrize("dtype", [torch.int8, torch.bool, torch.complex64, torch.float8_e4m3fn])
def test_weights_in_other_numbers_are_named(xxs_weights: Weights, dtype: torch.dtype) -> None:
    assert f"head.bias ({dtype})" in misfit(xxs_weights | {"head.bias": torch.ones(5).to(dtype)}).problem


def test_half_precision_fits_even_where_the_step_count_overflows(pth: Path, xxs_weights: Weights) -> None:
    """300 epochs of ImageNet are 375,300 steps, and ``half()`` on a whole state dict makes that infinite."""
    steps = {name: torch.tensor(375_300) for name in xxs_weights if name.endswith("num_batches_tracked")}
    pth.write_bytes(saved_zip({name: value.half() for name, value in (xxs_weights | steps).items()}))
    model = create_model("xxs", checkpoint=pth)
    for name, parameter in model.named_parameters():
        assert parameter.dtype == torch.float32
        assert torch.equal(parameter, xxs_weights[name].half().float())


def test_classifier_of_any_size_costs_no_memory_before_it_fits(pth: Path) -> None:
    """A million classes of a width of one: a model with as many would take a gigabyte."""
    pth.write_bytes(saved_zip({"head.weight": torch.zeros(10**6, 1)}))
    assert "head.weight is 1000000x1 and should be 1000000x256" in refusal(pth, loading_xxs).problem


def test_usage_errors_come_before_the_file_is_opened(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        create_model("xxl", checkpoint=tmp_path / "missing.pth")
    with pytest.raises(InputFileError):
        create_model("xxs", checkpoint=tmp_path / "missing.pth")
