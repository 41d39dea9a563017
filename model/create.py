"""Building a reference model with the user's weights or with seeded random weights."""

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
        num_classes: the number of classes; by default that of the checkpoint, or ImageNet's 1,000.
        checkpoint: a safetensors file, a state dict, an official training checkpoint, or ``demo`` for the checkpoint
            that comes with the package; by default the weights are random, drawn from a fixed seed.

    Raises:
        UsageError: there is no such variant, or the class count is not positive.
        InputFileError: the checkpoint cannot be read or does not fit; the message lists the keys and shapes.
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
        variant: the variant of the CloFormer body.
        task: ``classification``, ``features``, ``segmentation`` or ``detection``.
        num_classes: the number of classes; by default that of the checkpoint, or of the task's data set.
        checkpoint: a checkpoint as for ``create_model``; for ``features``, of any network with a CloFormer body; for
            a dense task, of an OpenMMLab network.
        out_indices: the stages (of four) that a ``features`` network returns.
        norm_outputs: whether each stage's map is normalized, for dense tasks.

    Raises:
        UsageError: there is no such variant, task or stage, or the class count is not positive.
        InputFileError: the checkpoint cannot be read or does not fit; the message lists the keys and shapes.
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
    """Build the reference network, in evaluation mode, whose task, variant and class count fit the checkpoint.

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
    """Return the name and hash of the current weights of ``model``."""
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
    """Describe weights that were not read from a file: named by their content, or ``random`` for the seeded ones."""
    info = describe_weights(model)
    untrained = build_network(model.config)
    fill_with_random_weights(untrained)
    if info.sha256 == describe_weights(untrained).sha256:
        return info
    return info.model_copy(update={"name": f"weights-{info.sha256[:8]}", "source": "module"})
