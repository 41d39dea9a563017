"""ConvFFN: a feed-forward network with a depthwise convolution after its GELU (paper section 3.3)."""

from __future__ import annotations

from torch import Tensor, nn


class ConvFFN(nn.Module):
    """A 1x1 expansion, GELU, a depthwise convolution and a 1x1 projection.

    Between stages the depthwise convolution has stride 2 and the projection changes the width.
    """

    def __init__(self, dim: int, out_dim: int, ratio: int, kernel_size: int, stride: int) -> None:
        super().__init__()
        hidden = dim * ratio
        self.fc1 = nn.Conv2d(dim, hidden, 1)
        self.act = nn.GELU()
        self.dwconv = nn.Conv2d(hidden, hidden, kernel_size, stride, kernel_size // 2, groups=hidden)
        self.fc2 = nn.Conv2d(hidden, out_dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to (N, out_dim, H / stride, W / stride)."""
        out: Tensor = self.fc2(self.dwconv(self.act(self.fc1(x))))
        return out
