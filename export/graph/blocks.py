"""The points of the network at which an artifact can be compared with the reference: its stem and its blocks."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cloformer.model.block import CloBlock
from cloformer.model.network import Network, outputs_of
from cloformer.model.stem import Stem

from .deploy_module import NETWORK

NORMALIZATION = "normalization"
"""The name of the point before the stem: the normalized image."""

AFTER_BLOCKS = "after the last block"
"""The place that is named for a fault that no block shows."""


def block_names(model: Network) -> list[str]:
    """Return the module names of the stem and of every block, in the order in which they compute."""
    return [name for name, module in model.named_modules() if isinstance(module, Stem | CloBlock)]


def name_block_nodes(graph: torch.fx.Graph, blocks: list[str]) -> dict[str, str]:
    """Name the node that gives each block's output in an exported graph (the last of the block's) after the block.

    If the graph normalizes its input, the normalized image is named too. A converter that names its values after the
    nodes then gives these values unique names.
    """
    nodes: dict[str, torch.fx.Node] = {}
    for node in graph.nodes:
        block = block_of(node, blocks)
        if block is None:
            continue
        if not nodes and node.all_input_nodes[0].op == "call_function":
            nodes[NORMALIZATION] = node.all_input_nodes[0]
        nodes[block] = node
    for block, node in nodes.items():
        if not any(user.op == "output" for user in node.users):  # the program's signature knows that name
            node._rename(f"block_{block.replace('.', '_')}")
    return {block: node.name for block, node in nodes.items()}


def block_of(node: torch.fx.Node, blocks: list[str]) -> str | None:
    """Return the block whose module computes ``node``; None outside of all blocks."""
    for path, _ in node.meta.get("nn_module_stack", {}).values():
        block = path.partition(f"{NETWORK}.")[2]
        if block in blocks:
            return str(block)
    return None


class Tapped(nn.Module):
    """A network that returns its outputs and then that of each block, in the order of ``block_names``."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self.names = block_names(network)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Map (N, 3, H, W) to the network's outputs and every block's (N, C, H', W')."""
        outputs: dict[str, Tensor] = {}

        def tap(name: str) -> torch.utils.hooks.RemovableHandle:
            def keep(_module: nn.Module, _inputs: object, output: Tensor | tuple[Tensor, ...]) -> None:
                outputs[name] = outputs_of(output)[0]  # a block also gives its stage's map

            return self.network.get_submodule(name).register_forward_hook(keep)

        handles = [tap(name) for name in self.names]
        try:
            own = self.network(image)
        finally:
            for handle in handles:
                handle.remove()
        return (*outputs_of(own), *(outputs[name] for name in self.names))
