"""The weights that must load, however they were saved; test_checkpoint_refusals.py has those that must not."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from yacs.config import CfgNode  # type: ignore[import-untyped]

from cloformer.model import create_model
from cloformer.model.checkpoint import read_checkpoint
from cloformer.model.random_weights import fill_with_random_weights
from tests.model.checkpoint_files import (
    FORMATS,
    TORCH_FORMATS,
    Weights,
    assert_same_weights,
    refusal,
    saved_zip,
    small_weights,
)

WHAT_LOADING_IMPORTS = """
import json, sys
from pathlib import Path
from cloformer.model.checkpoint import read_checkpoint
weights = read_checkpoint(Path(sys.argv[1]))
print(json.dumps([sorted(weights), [name for name in sys.modules if name.partition(".")[0] == "yacs"]]))
"""


# What training scripts make of a state dict.
WRAPPINGS: dict[str, Callable[[Weights], object]] = {
    "state_dict": lambda weights: {"state_dict": weights, "epoch": 3},
    "arguments": lambda weights: {"model": weights, "args": argparse.Namespace(lr=1e-3, deeper=argparse.Namespace())},
    "model is a name": lambda weights: {"model": "cloformer_xxs", "state_dict": weights},
    "model is a configuration": lambda weights: {"model": {"name": "cloformer", "depths": [2]}, "state_dict": weights},
    "average beside": lambda weights: {"model": weights, "model_ema": changed(weights, lambda value: 2 * value)},
    "data-parallel": lambda weights: {f"module.{name}": value for name, value in weights.items()},
    "compiled": lambda weights: {f"_orig_mod.{name}": value for name, value in weights.items()},
    "both": lambda weights: {"model": {f"module._orig_mod.module.{name}": value for name, value in weights.items()}},
    "parameters": lambda weights: changed(weights, lambda value: nn.Parameter(value, value.is_floating_point())),
    "float64": lambda weights: changed(weights, lambda value: value.double() if value.is_floating_point() else value),
    "views": lambda weights: changed(weights, lambda value: torch.stack([value, value], dim=-1)[..., 0]),
}


def changed(weights: Weights, change: Callable[[Tensor], Tensor]) -> Weights:
    return {name: change(value) for name, value in weights.items()}


def yacs_config() -> CfgNode:
    """Nested and frozen, as the official training code leaves it in its checkpoints."""
    config = CfgNode({"DATA": {"IMG_SIZE": 224, "DATASET": "imagenet"}, "TRAIN": {"LR": 5e-4, "BETAS": [0.9, 0.999]}})
    config.MODEL = CfgNode({"NAME": "cloformer_xxs", "RESUME": None, "MIXUP": CfgNode(new_allowed=True)})
    config.freeze()
    return config


def official_checkpoint(weights: Weights) -> dict[str, object]:
    """What the official code's ``save_checkpoint`` saves, after some training steps."""
    layer = nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(layer.parameters())
    layer(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    return {
        "model": OrderedDict(weights),
        "optimizer": optimizer.state_dict(),
        "lr_scheduler": {"base_values": [5e-4], "warmup_t": 20, "t_in_epochs": False},
        "max_accuracy": 77.03,
        "epoch": 299,
        "config": yacs_config(),
        "amp": {"loss_scaler0": {"loss_scale": 65536.0, "unskipped": 12}},
    }


@pytest.mark.parametrize("suffix", FORMATS)
def test_state_dict_in_every_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"weights{suffix}"
    path.write_bytes(FORMATS[suffix](small_weights()))
    loaded = read_checkpoint(path)
    assert_same_weights({name: loaded[name] for name in small_weights()}, small_weights())  # safetensors sorts names


@pytest.mark.parametrize("saved_as", FORMATS)
@pytest.mark.parametrize("named", [".safetensors", ".SAFETENSORS", ".pth", ".bin", ""])
def test_file_is_read_as_what_it_is_whatever_its_name(tmp_path: Path, saved_as: str, named: str) -> None:
    path = tmp_path / f"weights{named}"
    path.write_bytes(FORMATS[saved_as](small_weights()))
    loaded = read_checkpoint(path)
    assert_same_weights({name: loaded[name] for name in small_weights()}, small_weights())


@pytest.mark.parametrize("save", TORCH_FORMATS)
def test_official_training_checkpoint(pth: Path, save: Callable[[object], bytes]) -> None:
    pth.write_bytes(save(official_checkpoint(small_weights())))
    assert_same_weights(read_checkpoint(pth), small_weights())


@pytest.mark.parametrize("save", TORCH_FORMATS)
@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS.keys())
def test_wrapped_weights(pth: Path, save: Callable[[object], bytes], wrap: Callable[[Weights], object]) -> None:
    pth.write_bytes(save(wrap(small_weights())))
    assert_same_weights(read_checkpoint(pth), small_weights())


@pytest.mark.parametrize("save", FORMATS.values())
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_becomes_float32(tmp_path: Path, save: Callable[[Weights], bytes], dtype: torch.dtype) -> None:
    path = tmp_path / "weights"
    path.write_bytes(save({name: value.to(dtype) for name, value in small_weights().items()}))
    for name, value in read_checkpoint(path).items():
        assert value.dtype == torch.float32
        assert torch.equal(value, small_weights()[name].to(dtype).to(torch.float32))


def test_name_with_and_without_a_prefix_is_ambiguous(pth: Path) -> None:
    pth.write_bytes(saved_zip({"head.bias": torch.zeros(3), "module.head.bias": torch.ones(3)}))
    assert "head.bias twice" in refusal(pth).problem


def test_reading_changes_nothing_that_pytorch_will_load_later(pth: Path) -> None:
    """The stand-ins for configuration objects are allowed while a checkpoint is read, and only then."""
    before = torch.serialization.get_safe_globals()
    pth.write_bytes(saved_zip(official_checkpoint(small_weights())))
    read_checkpoint(pth)
    pth.write_bytes(saved_zip({"model": small_weights(), "extra": Path("a")}))
    refusal(pth)
    assert torch.serialization.get_safe_globals() == before


def test_yacs_is_not_imported(pth: Path) -> None:
    pth.write_bytes(saved_zip(official_checkpoint(small_weights())))
    command = [sys.executable, "-c", WHAT_LOADING_IMPORTS, str(pth)]
    names, imported = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert names == sorted(small_weights())
    assert imported == []


def test_whole_model_survives_the_round_trip(tmp_path: Path) -> None:
    trained = create_model("xxs", num_classes=10)
    fill_with_random_weights(trained, seed=1)
    weights = dict(trained.state_dict())
    contents = {
        "a.safetensors": FORMATS[".safetensors"](weights),
        "b.pth": FORMATS[".pth"](weights),
        "c.pt": FORMATS[".pt"](weights),
        "d.pth": saved_zip(official_checkpoint(weights)),
    }
    image = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = trained(image)
        for name, content in contents.items():
            path = tmp_path / name
            path.write_bytes(content)
            model = create_model("xxs", checkpoint=path)
            path.unlink()
            assert_same_weights(dict(model.state_dict()), weights)
            assert torch.equal(model(image), expected)
