"""The global branch's products with the channels last, as Qualcomm's HTP stores every map.

The HTP's compiler transposes to and from (N, H, W, C) wherever a graph reads a map in another order. Products that ask
for tokens in that order leave 50 transpositions of XXS's 84; the simulator cannot time what that saves on a phone.
"""

from __future__ import annotations

from torch import Tensor

from cloformer.model.network import Network

from .attention_products import AttentionProducts, replace_products


class ChannelsLastProducts(AttentionProducts):
    """Products of rank 4, with a row of attention for each query; heads are slices of the last axis."""

    def heads(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, heads, H * W, head_dim)."""
        batch, _, height, width = x.shape
        tokens = x.permute(0, 2, 3, 1).reshape(batch, height * width, -1, self.head_dim)
        return tokens.transpose(1, 2)

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Map queries (N, C, H, W) and keys and values (N, C, h, w) to the queries' shape."""
        batch, channels, height, width = q.shape
        attention = (self.heads(q) @ self.heads(k).transpose(2, 3)).softmax(dim=-1)
        tokens = (attention @ self.heads(v)).transpose(1, 2)
        return tokens.reshape(batch, height, width, channels).permute(0, 3, 1, 2)


def attend_in_channels_last(model: Network) -> None:
    """Move, in place, the channels last in every attention product; comes after ``separate_branches``."""
    replace_products(model, ChannelsLastProducts)
