"""Building the network for a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from .cloformer import CloFormer
from .dense.backbone import Backbone
from .dense.detection import RetinaNet
from .dense.segmentation import SemanticFPN
from .network import Network, NetworkConfig
from .tasks import TaskName

_NETWORKS: Mapping[TaskName, Callable[[NetworkConfig], Network]] = MappingProxyType(
    {
        "classification": lambda config: CloFormer(config.variant, config.num_classes),
        "features": Backbone,
        "segmentation": SemanticFPN,
        "detection": RetinaNet,
    }
)


def build_network(config: NetworkConfig) -> Network:
    """Build a network in training mode, with PyTorch's own initial weights."""
    return _NETWORKS[config.task](config)
