"""Building a reference model, with the user's weights or with seeded random ones."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from torch import Tensor, nn

from .build import build_network
from .checkpoint import read_checkpoint
from .checkpoint_fit import check_fit, count_classes, fitting_config, for_task
from .cloformer import CloFormer
from .demo import DEMO, demo_checkpoint, is_demo
from .errors import UsageError
from .network import Network, NetworkConfig
from .random_weights import fill_with_random_weights
from .tasks import STAGES, choose_stages, find_task
from .variants import find_variant
from .weights_info import WeightsInfo


def create_model(variant: str, num_classes: int | None = None, checkpoint: str | Path | None = None) -> CloFormer:
    """Build a reference classifier in evaluation mode.

    Args:
        variant: ``xxs``, ``xs``, ``s``, or an ablation: ``xxs_global``, ``xxs_local``.
        num_classes: length of the logits; by default the checkpoint's own, or ImageNet's 1,000.
        checkpoint: safetensors, a state dict, an official training checkpoint, or ``demo`` for the one that comes
            with the package; without it the weights are random, drawn from a fixed seed.

    Raises:
        UsageError: there is no such variant, or the class count is not positive.
        InputFileError: the checkpoint cannot be read or does not fit; says which keys and shapes.
    """
    model = create_network(variant, "classification", num_classes, checkpoint)
    assert isinstance(model, CloFormer)
    return model


def create_network(
    variant: str,
    task: str,
    num_classes: int | None = None,
    checkpoint: str | Path | None = None,
    *,
    out_indices: Sequence[int] = STAGES,
    norm_outputs: bool = False,
) -> Network:
    """Build the reference network for any task in evaluation mode, as ``create_model`` does for classification.

    Args:
        variant: of the body.
        task: ``classification``, ``features``, ``segmentation`` or ``detection``.
        num_classes: by default the checkpoint's own, or those of the task's data set.
        checkpoint: for features, of any network around a CloFormer; for a dense task, OpenMMLab's.
        out_indices: features: which of the four stages it gives.
        norm_outputs: dense tasks: whether each stage's map is normalized.

    Raises:
        UsageError: there is no such variant, task or stage, or the class count is not positive.
        InputFileError: the checkpoint cannot be read or does not fit; says which keys and shapes.
    """
    asked = find_task(task)
    if num_classes is not None and num_classes < 1:
        raise UsageError(f"a classifier needs at least one class, not {num_classes}")
    stages = choose_stages(out_indices, list(out_indices))
    config = NetworkConfig(find_variant(variant), asked.name, asked.num_classes, stages, norm_outputs)
    if checkpoint is None:
        model = build_network(replace(config, num_classes=num_classes or asked.num_classes))
        fill_with_random_weights(model)
        return model.eval()
    path = _path_of(checkpoint)
    weights = for_task(read_checkpoint(path), asked.name)
    classes = num_classes or count_classes(weights, asked.name) or asked.num_classes
    return _with_weights(replace(config, num_classes=classes), path, weights)


def model_from_checkpoint(path: Path) -> Network:
    """Build the reference network, in evaluation mode, of the task, the variant and the class count that it fits.

    Raises:
        InputFileError: the file cannot be read or fits no variant.
    """
    path = _path_of(path)
    weights = read_checkpoint(path)
    config = fitting_config(weights)
    return _with_weights(config, path, for_task(weights, config.task))


def _path_of(checkpoint: str | Path) -> Path:
    return demo_checkpoint() if is_demo(checkpoint) else Path(checkpoint)


def _with_weights(config: NetworkConfig, path: Path, weights: Mapping[str, Tensor]) -> Network:
    check_fit(path, weights, config)
    model = build_network(config)
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


def describe_own_weights(model: Network) -> WeightsInfo:
    """Name the weights of a model that came from no file by their content; the seeded random ones are recognized."""
    info = describe_weights(model)
    untrained = build_network(model.config)
    fill_with_random_weights(untrained)
    if info.sha256 == describe_weights(untrained).sha256:
        return info
    return info.model_copy(update={"name": f"weights-{info.sha256[:8]}", "source": "module"})
