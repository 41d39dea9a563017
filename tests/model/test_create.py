from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from cloformer.model import UsageError, WeightsInfo, create_model, describe_weights
from tests.model.checkpoint_files import FORMATS, Weights, saved_zip


def test_model_is_ready_to_run() -> None:
    model = create_model("xxs")
    assert not any(module.training for module in model.modules())
    assert (model.variant.name, model.num_classes) == ("xxs", 1000)
    assert all(parameter.dtype == torch.float32 for parameter in model.parameters())


@pytest.mark.parametrize("num_classes", [0, -1])
def test_class_count_must_be_positive(num_classes: int) -> None:
    with pytest.raises(UsageError, match=str(num_classes)):
        create_model("xxs", num_classes)


def test_checkpoint_may_be_a_string(pth: Path, xxs_weights: Weights) -> None:
    pth.write_bytes(saved_zip(xxs_weights | {"head.bias": torch.arange(5.0)}))
    assert create_model("xxs", checkpoint=str(pth)).head.bias.tolist() == [0, 1, 2, 3, 4]


def test_random_weights_are_described_as_such() -> None:
    info = describe_weights(create_model("xxs", 5))
    assert (info.name, info.source) == ("random", "random")
    assert re.fullmatch("[0-9a-f]{64}", info.sha256)


def test_hash_does_not_depend_on_the_file(tmp_path: Path, xxs_weights: Weights) -> None:
    infos = []
    for suffix, save in FORMATS.items():
        path = tmp_path / f"mine{suffix}"
        path.write_bytes(save(xxs_weights))
        infos.append(describe_weights(create_model("xxs", checkpoint=path), path))
    reordered = tmp_path / "reordered.pth"
    reordered.write_bytes(saved_zip({f"module.{name}": xxs_weights[name] for name in reversed(xxs_weights)}))
    infos.append(describe_weights(create_model("xxs", checkpoint=reordered), reordered))
    assert len({info.sha256 for info in infos}) == 1
    assert len({info.name for info in infos}) == 2
    assert {info.source for info in infos} == {"checkpoint"}


@pytest.mark.parametrize(
    "name", ["head.bias", "patch_embed.conv1.conv.1.running_var", "layers.2.blocks.3.attn.proj.weight"]
)
def test_hash_changes_with_any_weight(name: str) -> None:
    model = create_model("xxs", 5)
    before = describe_weights(model).sha256
    weight = model.state_dict()[name].view(-1)
    kept = weight[-1].clone()
    weight[-1] = torch.nextafter(kept, torch.tensor(torch.inf))
    assert describe_weights(model).sha256 != before
    weight[-1] = kept
    assert describe_weights(model).sha256 == before


def test_hash_tells_shapes_apart() -> None:
    assert describe_weights(torch.nn.Linear(2, 3)).sha256 != describe_weights(torch.nn.Linear(3, 2)).sha256


@pytest.mark.parametrize(
    ("file", "stem"),
    [
        ("best.pth", "best"),
        ("ckpt_epoch_best.pth", "ckpt-epoch-best"),
        ("my model (final).pth", "my-model-final"),
        ("v1.2.safetensors", "v1.2"),
        ("моя.pth", "weights"),
        ("../a/../b/CON!.pt", "CON"),
    ],
)
def test_name_is_fit_for_a_folder(file: str, stem: str) -> None:
    info = describe_weights(torch.nn.Linear(2, 2), file)
    assert info.name == f"{stem}-{info.sha256[:8]}"


def test_description_survives_json() -> None:
    info = describe_weights(torch.nn.Linear(2, 2), "best.pth")
    assert WeightsInfo.model_validate_json(info.model_dump_json()) == info
