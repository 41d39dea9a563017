"""Building a reference model, with the user's weights or with seeded random ones."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from .checkpoint import read_checkpoint
from .checkpoint_fit import check_fit, count_classes, fitting_variant
from .cloformer import CloFormer
from .demo import DEMO, demo_checkpoint, is_demo
from .errors import UsageError
from .random_weights import fill_with_random_weights
from .variants import IMAGENET_CLASSES, VariantConfig, find_variant
from .weights_info import WeightsInfo


def create_model(variant: str, num_classes: int | None = None, checkpoint: str | Path | None = None) -> CloFormer:
    """Build a reference model in evaluation mode.

    Args:
        variant: ``xxs``, ``xs``, ``s``, or an ablation: ``xxs_global``, ``xxs_local``.
        num_classes: length of the logits; by default the checkpoint's own, or ImageNet's 1,000.
        checkpoint: safetensors, a state dict, an official training checkpoint, or ``demo`` for the one that comes
            with the package; without it the weights are random, drawn from a fixed seed.

    Raises:
        UsageError: there is no such variant, or the class count is not positive.
        InputFileError: the checkpoint cannot be read or does not fit; says which keys and shapes.
    """
    config = find_variant(variant)
    if num_classes is not None and num_classes < 1:
        raise UsageError(f"a classifier needs at least one class, not {num_classes}")
    if checkpoint is not None:
        path = _path_of(checkpoint)
        return _with_weights(config, num_classes, path, read_checkpoint(path))
    model = CloFormer(config, num_classes or IMAGENET_CLASSES)
    fill_with_random_weights(model)
    return model.eval()


def model_from_checkpoint(path: Path) -> CloFormer:
    """Build the reference model, in evaluation mode, of the variant and the class count that the weights fit.

    Raises:
        InputFileError: the file cannot be read or fits no variant.
    """
    path = _path_of(path)
    weights = read_checkpoint(path)
    return _with_weights(fitting_variant(weights), None, path, weights)


def _path_of(checkpoint: str | Path) -> Path:
    return demo_checkpoint() if is_demo(checkpoint) else Path(checkpoint)


def _with_weights(
    config: VariantConfig, num_classes: int | None, path: Path, weights: Mapping[str, Tensor]
) -> CloFormer:
    classes = num_classes or count_classes(weights) or IMAGENET_CLASSES
    with torch.device("meta"):  # shapes alone: weights that do not fit may ask for any amount of memory
        check_fit(path, weights, CloFormer(config, classes))
    model = CloFormer(config, classes)
    model.load_state_dict(weights)
    return model.eval()


def describe_weights(model: nn.Module, checkpoint: str | Path | None = None) -> WeightsInfo:
    """Name and hash the weights that ``model`` holds now."""
    digest = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        array = value.detach().cpu().contiguous().numpy()
        digest.update(f"{name} {array.dtype} {array.shape}\n".encode())
        digest.update(array.tobytes())
    sha256 = digest.hexdigest()
    if checkpoint is None:
        return WeightsInfo(name="random", source="random", sha256=sha256)
    if is_demo(checkpoint):
        return WeightsInfo(name=DEMO, source="checkpoint", sha256=sha256)
    stem = re.sub(r"[^A-Za-z0-9.-]+", "-", Path(checkpoint).stem).strip("-.") or "weights"
    return WeightsInfo(name=f"{stem}-{sha256[:8]}", source="checkpoint", sha256=sha256)


def describe_own_weights(model: CloFormer) -> WeightsInfo:
    """Name the weights of a model that came from no file by their content; the seeded random ones are recognised."""
    info = describe_weights(model)
    untrained = CloFormer(model.variant, model.num_classes)
    fill_with_random_weights(untrained)
    if info.sha256 == describe_weights(untrained).sha256:
        return info
    return info.model_copy(update={"name": f"weights-{info.sha256[:8]}", "source": "module"})
