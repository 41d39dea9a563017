"""The first step of AttnConv: q, k and v, each mixed over its neighborhood, in the convolutions that suit a backend.

Each module maps (N, dim, H, W) to q, k and v of (N, local_dim, H, W).
"""

from __future__ import annotations

from torch import Tensor, nn

from cloformer.model.network import Network

from .convolution_parts import output_channels


class SlicedMixing(nn.Module):
    """One convolution for q, k and v, one depthwise convolution over all, and slices of its channels."""

    def __init__(self, project: nn.Conv2d, mix: nn.Module) -> None:
        super().__init__()
        self.project = project
        self.mix = mix

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Map (N, dim, H, W) to three of (N, local_dim, H, W)."""
        mixed = self.mix(self.project(x))
        dim = mixed.shape[1] // 3
        # Slices instead of a split: XNNPACK only delegates slices.
        return mixed[:, :dim], mixed[:, dim : 2 * dim], mixed[:, 2 * dim :]


class SeparateMixing(nn.Module):
    """Two convolutions for each of q, k and v.

    ONNX Runtime on x86 keeps convolutions and products in a blocked layout, but not slices: with one convolution for
    all three, every local branch leaves that layout and comes back.
    """

    def __init__(self, sliced: SlicedMixing) -> None:
        super().__init__()
        assert isinstance(sliced.mix, nn.Conv2d)
        self.project = _thirds(sliced.project)
        self.mix = _thirds(sliced.mix)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Map (N, dim, H, W) to three of (N, local_dim, H, W)."""
        return tuple(mix(project(x)) for project, mix in zip(self.project, self.mix, strict=True))


def separate_local_convolutions(model: Network) -> None:
    """Give, in place, every local branch convolutions of its own for q, k and v; comes after ``separate_branches``."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, SlicedMixing):
                setattr(parent, name, SeparateMixing(child))


def _thirds(convolution: nn.Conv2d) -> nn.ModuleList:
    dim = convolution.out_channels // 3
    return nn.ModuleList(output_channels(convolution, index * dim, (index + 1) * dim) for index in range(3))
