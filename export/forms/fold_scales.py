"""Fold the scales of Clo attention into the weights that come before them.

AttnConv scales the output of its second 1x1 convolution before the tanh, and the global branch scales its queries:
both are products with a constant after a linear layer. Without folding, each is a pass over a whole map.
"""

from __future__ import annotations

import torch
from torch import nn

from cloformer.model.network import Network


@torch.no_grad()
def fold_attention_scales(model: Network) -> None:
    """Fold, in place, the scale of every attention into its weights; the scale that remains is 1."""
    for block in model.clo_blocks():
        attention = block.attn
        scaled = [weights.get_submodule("act_block.2") for weights in attention.act_blocks]
        if attention.global_heads:
            scaled.append(attention.global_q)
        for convolution in scaled:
            assert isinstance(convolution, nn.Conv2d) and convolution.bias is not None
            convolution.weight.mul_(attention.scale)
            convolution.bias.mul_(attention.scale)
        attention.scale = 1.0
