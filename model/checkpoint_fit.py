"""Checking whether a state dict fits a network, and explaining why if it does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from .anchors import ANCHORS_PER_CELL
from .build import build_network
from .errors import InputFileError
from .network import NetworkConfig
from .tasks import CLASSIFICATION, TaskName
from .variants import IMAGENET_CLASSES, VARIANTS, VariantConfig

_SHOWN = 4
"""The maximum number of keys that an error message lists."""

_CLASSIFIERS: Mapping[TaskName, tuple[str, int]] = {
    "classification": ("head.weight", 1),
    "segmentation": ("decode_head.conv_seg.weight", 1),
    "detection": ("bbox_head.retina_cls.weight", ANCHORS_PER_CELL),
}
"""Task -> the layer whose rows are classes, and the number of rows per class."""

_BACKBONE = "backbone."
_OUTPUT_NORM = re.compile(r"(backbone\.)?norm\d\.")
_HEADS = ("neck.", "decode_head.", "auxiliary_head.", "bbox_head.", "rpn_head.", "roi_head.")
_CLASSIFIER_PARTS = ("norm.", "head.")


def count_classes(weights: Mapping[str, Tensor], task: TaskName) -> int | None:
    """Return the number of classes of the classifier in ``weights``, or None if there is no classifier."""
    name, rows = _CLASSIFIERS.get(task, ("", 1))
    layer = weights.get(name)
    return int(layer.shape[0]) // rows if layer is not None and layer.dim() in (2, 4) else None


def for_task(weights: Mapping[str, Tensor], task: TaskName) -> dict[str, Tensor]:
    """Return the part of a checkpoint that a network for ``task`` needs.

    A backbone is also extracted from a classifier and from any network that was trained around it. A segmenter's
    auxiliary head is dropped, because it is only used in training.
    """
    if task == "features":
        inner = {name.removeprefix(_BACKBONE): value for name, value in weights.items() if not name.startswith(_HEADS)}
        return {name: value for name, value in inner.items() if not name.startswith(_CLASSIFIER_PARTS)}
    return {name: value for name, value in weights.items() if not name.startswith("auxiliary_head.")}


def fitting_config(weights: Mapping[str, Tensor]) -> NetworkConfig:
    """Return the network that ``weights`` fit: the task by their head, and the first variant if no variant fits."""
    tasks = [task for task, (name, _) in _CLASSIFIERS.items() if name in weights]
    task = tasks[0] if tasks else CLASSIFICATION
    classes = count_classes(weights, task) or IMAGENET_CLASSES
    normed = any(map(_OUTPUT_NORM.match, weights))
    config = NetworkConfig(next(iter(VARIANTS.values())), task, classes, norm_outputs=normed)
    found = _fitting_variants(weights, config)
    return replace(config, variant=found[0]) if found else config


def check_fit(path: Path, weights: Mapping[str, Tensor], config: NetworkConfig) -> None:
    """Check names, shapes and values of ``weights`` against the network that ``config`` describes.

    Raises:
        InputFileError: the weights do not fit; the message lists the keys and shapes that differ, and the variant
            that would fit, if any.
    """
    state = _state(config)
    problem = _difference(weights, state)
    if problem:
        raise InputFileError(
            f"{path} does not fit CloFormer-{config.variant.name}: {problem}", _remedy(weights, config)
        )
    numbers = [name for name, value in state.items() if value.is_floating_point()]
    other = [f"{name} ({weights[name].dtype})" for name in numbers if weights[name].dtype != torch.float32]
    if other:
        raise InputFileError(
            f"{path} contains numbers other than floats of 16, 32 or 64 bits, in {_listed(other)}",
            "use the checkpoint from before quantization",
        )
    broken = [name for name in numbers if not bool(torch.isfinite(weights[name]).all())]
    if broken:
        raise InputFileError(
            f"{path} contains values that are not finite, in {_listed(broken)}",
            "the training run diverged or the file is damaged: use another checkpoint",
        )


def _state(config: NetworkConfig) -> dict[str, Tensor]:
    with torch.device("meta"):  # only shapes: weights that do not fit may need any amount of memory
        return build_network(config).state_dict()


def _difference(weights: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> str:
    missing = [name for name in wanted if name not in weights]
    unexpected = [name for name in weights if name not in wanted]
    reshaped = [
        f"{name} is {_shape(weights[name].shape)} and should be {_shape(value.shape)}"
        for name, value in wanted.items()
        if name in weights and weights[name].shape != value.shape
    ]
    parts = [
        f"missing {_listed(missing)}" if missing else "",
        f"unexpected {_listed(unexpected)}" if unexpected else "",
        _listed(reshaped),
    ]
    return "; ".join(part for part in parts if part)


def _remedy(weights: Mapping[str, Tensor], config: NetworkConfig) -> str:
    classes = count_classes(weights, config.task)
    fitting = _fitting_variants(weights, config)
    advice = []
    if fitting and fitting[0] != config.variant:
        advice.append(f"these weights fit another variant: --variant {fitting[0].name}")
    if fitting and classes != config.num_classes:
        advice.append(f"these weights have {classes} classes: create the model with num_classes={classes}")
    normed = any(map(_OUTPUT_NORM.match, weights))
    if config.task != CLASSIFICATION and normed != config.norm_outputs:
        advice.append("these weights normalize the maps: --norm-outputs" if normed else "omit --norm-outputs")
    if advice:
        return "; ".join(advice)
    source = "with the official code's parameter names"
    if config.task in ("segmentation", "detection"):
        source = "with OpenMMLab's names: backbone., neck. and the head"
    return f"use a checkpoint of CloFormer for {config.task}, {source}"


def _fitting_variants(weights: Mapping[str, Tensor], config: NetworkConfig) -> list[VariantConfig]:
    classes = count_classes(weights, config.task) or (0 if config.task == "features" else 1)
    candidates = [replace(config, variant=variant, num_classes=classes) for variant in VARIANTS.values()]
    return [candidate.variant for candidate in candidates if not _difference(weights, _state(candidate))]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "a single number"
