"""Enough of a training run to tell a head that learns from one that cannot: cross-entropy, and RetinaNet's losses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from cloformer.model import create_network, normalize, preprocessing_for
from cloformer.model.anchors import anchor_boxes, retinanet_coding
from cloformer.model.checkpoint import read_checkpoint
from cloformer.model.checkpoint_fit import for_task
from cloformer.model.demo import demo_checkpoint
from cloformer.model.network import Network
from cloformer.runtimes.pytorch.threads import torch_threads

from .cache import trained_once
from .shapes import CLASSES, SIDE, Scene

_BATCH = 8
_MAP_STRIDE = 4
_POSITIVE, _NEGATIVE = 0.5, 0.4
"""Overlaps from which on an anchor has an object, and below which it has none; mmdetection's."""


def trained(task: str, scenes: Sequence[Scene], steps: int) -> Network:
    """XXS for ``task``, trained from the digits' backbone, in evaluation mode."""
    return trained_once(task, steps, lambda: _untrained(task), lambda network: _train(network, task, scenes, steps))


def _untrained(task: str) -> Network:
    torch.manual_seed(0)
    classes = len(CLASSES) + (task == "segmentation")
    network = create_network("xxs", task, classes)
    network.get_submodule("backbone").load_state_dict(for_task(read_checkpoint(demo_checkpoint()), "features"))
    return network


def _train(network: Network, task: str, scenes: Sequence[Scene], steps: int) -> None:
    network.train()
    loss = {"segmentation": _pixel_loss, "detection": _anchor_loss}[task]
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1.5e-3, total_steps=steps)
    random = np.random.default_rng(0)
    with torch_threads(1):  # the test workers fill the cores
        for _ in range(steps):
            batch = [scenes[index] for index in random.choice(len(scenes), _BATCH, replace=False)]
            optimizer.zero_grad()
            loss(network, batch).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
            schedule.step()


def normalized(scenes: Sequence[Scene]) -> Tensor:
    """Return the pictures as the reference takes them."""
    return torch.from_numpy(normalize(np.stack([scene.pixels for scene in scenes]), preprocessing_for(SIDE, SIDE)))


def _pixel_loss(network: Network, scenes: Sequence[Scene]) -> Tensor:
    start = _MAP_STRIDE // 2
    masks = np.stack([scene.mask[start::_MAP_STRIDE, start::_MAP_STRIDE] for scene in scenes])
    return functional.cross_entropy(network(normalized(scenes)), torch.from_numpy(masks))


def _anchor_loss(network: Network, scenes: Sequence[Scene]) -> Tensor:
    logits, deltas = network(normalized(scenes))
    anchors = torch.from_numpy(anchor_boxes(retinanet_coding(), SIDE, SIDE))
    total = logits.new_zeros(())
    for image, scene in enumerate(scenes):
        boxes = torch.from_numpy(scene.boxes)
        overlap = _overlaps(anchors, boxes)
        best, owner = overlap.max(dim=1)
        positive = best >= _POSITIVE
        positive[overlap.argmax(dim=0)] = True  # each object has an anchor
        counted = positive | (best < _NEGATIVE)
        wanted = torch.zeros_like(logits[image])
        wanted[positive, torch.from_numpy(scene.targets)[owner[positive]]] = 1.0
        count = max(int(positive.sum()), 1)
        total = total + _focal(logits[image][counted], wanted[counted]) / count
        moved = _deltas(anchors[positive], boxes[owner[positive]])
        total = total + functional.smooth_l1_loss(deltas[image][positive], moved, beta=0.1, reduction="sum") / count
    return total / len(scenes)


def _focal(logits: Tensor, wanted: Tensor) -> Tensor:
    probability = logits.sigmoid()
    error = torch.where(wanted == 1, 1 - probability, probability)
    weight = torch.where(wanted == 1, 0.25, 0.75) * error**2
    return (weight * functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")).sum()


def _overlaps(anchors: Tensor, boxes: Tensor) -> Tensor:
    low = torch.maximum(anchors[:, None, :2], boxes[None, :, :2])
    high = torch.minimum(anchors[:, None, 2:], boxes[None, :, 2:])
    shared = (high - low).clamp(min=0).prod(dim=2)
    areas = [(each[:, 2:] - each[:, :2]).prod(dim=1) for each in (anchors, boxes)]
    return shared / (areas[0][:, None] + areas[1][None] - shared)


def _deltas(anchors: Tensor, boxes: Tensor) -> Tensor:
    sides, wanted = anchors[:, 2:] - anchors[:, :2], boxes[:, 2:] - boxes[:, :2]
    centers = (boxes[:, 2:] + boxes[:, :2] - anchors[:, 2:] - anchors[:, :2]) / 2
    return torch.cat([centers / sides, (wanted / sides).log()], dim=1)
