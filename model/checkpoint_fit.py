"""Whether a state dict fits a variant, and what to say when it does not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from .cloformer import CloFormer
from .errors import InputFileError
from .variants import VARIANTS, VariantConfig

_SHOWN = 4
"""How many keys an error message names."""


def count_classes(weights: Mapping[str, Tensor]) -> int | None:
    """Return the length of the classifier in ``weights``, or None where there is none."""
    head = weights.get("head.weight")
    return int(head.shape[0]) if head is not None and head.dim() == 2 else None


def fitting_variant(weights: Mapping[str, Tensor]) -> VariantConfig:
    """Return the variant that ``weights`` fit, or the first where they fit none."""
    return next(iter(_fitting_variants(weights)), next(iter(VARIANTS.values())))


def check_fit(path: Path, weights: Mapping[str, Tensor], model: CloFormer) -> None:
    """Check names, shapes and values of ``weights`` against ``model``.

    Raises:
        InputFileError: names the keys and shapes that differ, and the variant that would fit where one does.
    """
    wanted = _shapes(model)
    problem = _difference(weights, wanted)
    if problem:
        raise InputFileError(f"{path} does not fit CloFormer-{model.variant.name}: {problem}", _remedy(weights, model))
    numbers = {name: value for name, value in model.state_dict().items() if value.is_floating_point()}
    other = [f"{name} ({weights[name].dtype})" for name in numbers if weights[name].dtype != torch.float32]
    if other:
        raise InputFileError(
            f"{path} holds other numbers than floats of 16, 32 or 64 bits, in {_listed(other)}",
            "give the checkpoint from before it was quantised",
        )
    broken = [name for name in numbers if not bool(torch.isfinite(weights[name]).all())]
    if broken:
        raise InputFileError(
            f"{path} holds values that are not finite, in {_listed(broken)}",
            "the training run diverged or the file is damaged: give another checkpoint",
        )


def _shapes(model: torch.nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in model.state_dict().items()}


def _difference(weights: Mapping[str, Tensor], wanted: Mapping[str, tuple[int, ...]]) -> str:
    missing = [name for name in wanted if name not in weights]
    unexpected = [name for name in weights if name not in wanted]
    reshaped = [
        f"{name} is {_shape(weights[name].shape)} and should be {_shape(shape)}"
        for name, shape in wanted.items()
        if name in weights and tuple(weights[name].shape) != shape
    ]
    parts = [
        f"missing {_listed(missing)}" if missing else "",
        f"unexpected {_listed(unexpected)}" if unexpected else "",
        _listed(reshaped),
    ]
    return "; ".join(part for part in parts if part)


def _remedy(weights: Mapping[str, Tensor], model: CloFormer) -> str:
    classes = count_classes(weights)
    fitting = _fitting_variants(weights)
    advice = []
    if fitting and fitting[0] != model.variant:
        advice.append(f"these weights fit another variant: --variant {fitting[0].name}")
    if fitting and classes != model.num_classes:
        advice.append(f"these weights have {classes} classes: create the model with num_classes={classes}")
    if advice:
        return "; ".join(advice)
    return "give a checkpoint of CloFormer for classification, with the official code's parameter names"


def _fitting_variants(weights: Mapping[str, Tensor]) -> list[VariantConfig]:
    classes = count_classes(weights)
    return [variant for variant in VARIANTS.values() if _fits(weights, variant, classes)]


def _fits(weights: Mapping[str, Tensor], variant: VariantConfig, num_classes: int | None) -> bool:
    with torch.device("meta"):
        model = CloFormer(variant, num_classes or 1)
    return not _difference(weights, _shapes(model))


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "a single number"
