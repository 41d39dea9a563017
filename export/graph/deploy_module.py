"""The network as an artifact computes it: normalization in front, one precision inside, float32 at both ends."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cloformer.model import Preprocessing

NETWORK = "network"
"""The name of the network within ``DeployModule``; its blocks are found under it in an exported graph."""


class DeployModule(nn.Module):
    """Maps float32 images (N, 3, H, W) to float32 logits (N, classes)."""

    mean: Tensor
    inverse_std: Tensor

    def __init__(
        self, network: nn.Module, normalization: Preprocessing | None, dtype: torch.dtype = torch.float32
    ) -> None:
        super().__init__()
        self.network = network.to(dtype)
        self.normalizes = normalization is not None
        self.dtype = dtype
        if normalization is not None:
            std = torch.tensor(normalization.std, dtype=torch.float64)
            self.register_buffer("mean", torch.tensor(normalization.mean).reshape(1, 3, 1, 1))
            self.register_buffer("inverse_std", (1 / std).float().reshape(1, 3, 1, 1))

    def forward(self, image: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Normalize the image if this artifact should, run the network, and return its outputs in float32."""
        if self.normalizes:
            image = (image - self.mean) * self.inverse_std
        outputs: Tensor | tuple[Tensor, ...] = self.network(image.to(self.dtype))
        return tuple(output.float() for output in outputs) if isinstance(outputs, tuple) else outputs.float()
