from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from cloformer.model import InputFileError, UsageError, create_model, create_network
from cloformer.model.build import build_network
from cloformer.model.demo import demo_checkpoint
from cloformer.model.dense.backbone import Backbone
from cloformer.model.dense.fpn import FPN, NearestUpsample
from cloformer.model.network import Network, NetworkConfig
from cloformer.model.tasks import TASKS, TaskName
from cloformer.model.variants import VARIANTS

# GFLOPs (multiply-adds) at 512x512 as the paper's table of ADE20K has them
PUBLISHED = [("xxs", 25.2), ("xs", 28.2), ("s", 34.6)]

# PVTv2-B0 with the same Semantic FPN, from its own paper: CloFormer-XXS has about as many parameters
PVT_MILLIONS = 7.6

# Of mmdetection's RetinaNet and mmsegmentation's Semantic FPN, by their own code: outputs of 256 and 128 channels
RETINA_NAMES = {
    "neck.lateral_convs.0.conv.weight": (256, 64, 1, 1),
    "neck.lateral_convs.2.conv.bias": (256,),
    "neck.fpn_convs.3.conv.weight": (256, 256, 3, 3),
    "neck.fpn_convs.4.conv.weight": (256, 256, 3, 3),
    "bbox_head.cls_convs.3.conv.weight": (256, 256, 3, 3),
    "bbox_head.reg_convs.0.conv.bias": (256,),
    "bbox_head.retina_cls.weight": (720, 256, 3, 3),
    "bbox_head.retina_reg.bias": (36,),
}
SEMANTIC_NAMES = {
    "neck.lateral_convs.0.conv.weight": (256, 32, 1, 1),
    "neck.fpn_convs.3.conv.weight": (256, 256, 3, 3),
    "decode_head.scale_heads.0.0.conv.weight": (128, 256, 3, 3),
    "decode_head.scale_heads.0.0.bn.running_var": (128,),
    "decode_head.scale_heads.3.4.conv.weight": (128, 128, 3, 3),
    "decode_head.conv_seg.weight": (150, 128, 1, 1),
}


def on_meta(variant: str, task: TaskName) -> Network:
    """Shapes without values."""
    with torch.device("meta"):
        return build_network(NetworkConfig(VARIANTS[variant], task, TASKS[task].num_classes)).eval()


def image(height: int, width: int) -> Tensor:
    return torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(height + width))


@pytest.mark.parametrize(("variant", "giga"), PUBLISHED)
def test_semantic_fpn_costs_what_the_paper_says(variant: str, giga: float) -> None:
    with FlopCounterMode(display=False) as counter:
        on_meta(variant, "segmentation")(torch.empty(1, 3, 512, 512, device="meta"))
    assert counter.get_total_flops() / 2e9 == pytest.approx(giga, rel=0.04)


def test_semantic_fpn_has_about_the_parameters_of_its_peer() -> None:
    millions = sum(parameter.numel() for parameter in on_meta("xxs", "segmentation").parameters()) / 1e6
    assert millions == pytest.approx(PVT_MILLIONS, rel=0.1)


@pytest.mark.parametrize(("task", "names"), [("detection", RETINA_NAMES), ("segmentation", SEMANTIC_NAMES)])
def test_heads_have_openmmlabs_names(task: TaskName, names: dict[str, tuple[int, ...]]) -> None:
    shapes = {name: tuple(value.shape) for name, value in on_meta("xxs", task).state_dict().items()}
    assert names.items() <= shapes.items()
    assert {name.split(".")[0] for name in shapes} == {"backbone", *(name.split(".")[0] for name in names)}


@pytest.mark.parametrize("variant", ["xxs", "xs", "s"])
def test_stages_have_the_strides_and_the_widths_of_the_variant(variant: str) -> None:
    maps = on_meta(variant, "features")(torch.empty(2, 3, 96, 160, device="meta"))
    dims = [stage.dim for stage in VARIANTS[variant].stages]
    assert [tuple(each.shape) for each in maps] == [
        (2, dim, 96 // stride, 160 // stride) for dim, stride in zip(dims, (4, 8, 16, 32), strict=True)
    ]


@torch.no_grad()
def test_the_last_stage_is_what_the_classifier_classifies() -> None:
    classifier = create_model("xxs", num_classes=5)
    backbone = Backbone(NetworkConfig(classifier.variant, "features", 0)).eval()
    backbone.load_state_dict({k: v for k, v in classifier.state_dict().items() if not k.startswith(("norm", "head"))})
    x = image(64, 96)
    last = backbone(x)[-1]
    logits = classifier.head(classifier.avgpool(classifier.norm(last)).flatten(1))
    assert torch.equal(logits, classifier(x))


@torch.no_grad()
def test_a_stages_map_is_between_the_halves_of_its_last_block() -> None:
    backbone = create_network("xxs", "features")
    entered: list[Tensor] = []
    second_half = backbone.get_submodule("layers.1.blocks.1.norm2")
    second_half.register_forward_pre_hook(lambda _, inputs: entered.extend(inputs))
    assert torch.equal(backbone(image(64, 64))[1], entered[0])


@torch.no_grad()
def test_chosen_stages_can_be_normalized() -> None:
    plain, normed = (create_network("xxs", "features", out_indices=(3, 1), norm_outputs=norm) for norm in (False, True))
    assert list(normed.output_kinds()) == ["stage2", "stage4"]
    assert {name for name in normed.state_dict() if "norm" in name.split(".")[0]} == {
        "norm1.weight", "norm1.bias", "norm3.weight", "norm3.bias"
    }  # fmt: skip
    normed.load_state_dict(plain.state_dict(), strict=False)
    x = image(64, 64)
    for index, given, wanted in zip((1, 3), normed(x), plain(x), strict=True):
        torch.testing.assert_close(given, normed.get_submodule(f"norm{index}")(wanted))


@torch.no_grad()
def test_a_pyramid_adds_each_level_to_the_finer_one() -> None:
    pyramid = FPN([8, 16], extra_levels=1)
    maps = [torch.randn(1, 8, 4, 6), torch.randn(1, 16, 2, 3)]
    fine, coarse, extra = pyramid(maps)
    top = pyramid.lateral_convs[1](maps[1])
    doubled = top.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    torch.testing.assert_close(fine, pyramid.fpn_convs[0](pyramid.lateral_convs[0](maps[0]) + doubled))
    torch.testing.assert_close(coarse, pyramid.fpn_convs[1](top))
    torch.testing.assert_close(extra, pyramid.fpn_convs[2](maps[1]))
    assert torch.equal(NearestUpsample()(top), doubled)


def test_a_classifiers_checkpoint_gives_a_backbone() -> None:
    backbone = create_network("xxs", "features", checkpoint="demo")
    weights = backbone.state_dict()
    classifier = create_model("xxs", checkpoint=demo_checkpoint()).state_dict()
    assert all(torch.equal(value, classifier[name]) for name, value in weights.items())
    assert set(classifier) - set(weights) == {"norm.weight", "norm.bias", "head.weight", "head.bias"}


def saved(network: Network, folder: Path, **further: Tensor) -> Path:
    path = folder / "trained.safetensors"
    save_file({**network.state_dict(), **further}, path)
    return path


def test_a_segmenters_checkpoint_gives_a_segmenter_and_a_backbone(tmp_path: Path) -> None:
    trained = create_network("xs", "segmentation", num_classes=3)
    path = saved(trained, tmp_path, **{"auxiliary_head.conv_seg.weight": torch.zeros(3, 64, 1, 1)})
    loaded = create_network("xs", "segmentation", checkpoint=path)
    assert loaded.num_classes == 3
    assert all(torch.equal(value, trained.state_dict()[name]) for name, value in loaded.state_dict().items())
    backbone = create_network("xs", "features", checkpoint=path)
    assert all(
        torch.equal(value, trained.state_dict()[f"backbone.{name}"]) for name, value in backbone.state_dict().items()
    )


def test_the_class_count_of_a_detector_is_its_checkpoints(tmp_path: Path) -> None:
    path = saved(create_network("xxs", "detection", num_classes=4), tmp_path)
    assert create_network("xxs", "detection", checkpoint=path).num_classes == 4


def test_a_checkpoint_of_another_task_is_refused_and_says_what_is_wanted(tmp_path: Path) -> None:
    path = saved(create_network("xxs", "detection", num_classes=4), tmp_path)
    with pytest.raises(InputFileError, match=r"does not fit CloFormer-xxs: missing .*decode_head") as refused:
        create_network("xxs", "segmentation", checkpoint=path)
    assert "OpenMMLab" in refused.value.remedy


def test_a_detector_of_another_variant_names_it(tmp_path: Path) -> None:
    path = saved(create_network("xs", "detection", num_classes=4), tmp_path)
    with pytest.raises(InputFileError) as refused:
        create_network("xxs", "detection", checkpoint=path)
    assert "--variant xs" in refused.value.remedy


def test_normalized_maps_are_asked_for(tmp_path: Path) -> None:
    path = saved(create_network("xxs", "features", norm_outputs=True), tmp_path)
    with pytest.raises(InputFileError) as refused:
        create_network("xxs", "features", checkpoint=path)
    assert "--norm-outputs" in refused.value.remedy


@pytest.mark.parametrize(("task", "named"), [("pose", "no task 'pose'"), ("instances", "Mask R-CNN")])
def test_unknown_tasks_are_refused(task: str, named: str) -> None:
    with pytest.raises(UsageError, match=named):
        create_network("xxs", task)


@pytest.mark.parametrize("stages", [(), (4,), (-1, 0)])
def test_unknown_stages_are_refused(stages: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="no stages"):
        create_network("xxs", "features", out_indices=stages)
