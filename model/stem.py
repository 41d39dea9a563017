"""The convolutional stem, which maps an image to tokens at a quarter of its resolution (paper section 3.1)."""

from __future__ import annotations

from torch import Tensor, nn


class ConvBNReLU(nn.Module):
    """A 3x3 convolution, batch normalization and ReLU.

    The official code uses SyncBatchNorm, which has the same parameters and, in evaluation mode, the same output.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride, 1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in, H, W) to (N, out, H / stride, W / stride)."""
        out: Tensor = self.conv(x)
        return out


class Stem(nn.Module):
    """Four 3x3 convolutions with strides 2, 2, 1 and 1, then a 1x1 projection and a normalization."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.conv1 = ConvBNReLU(3, dim // 2, 2)
        self.conv2 = ConvBNReLU(dim // 2, dim, 2)
        self.conv3 = ConvBNReLU(dim, dim, 1)
        self.conv4 = ConvBNReLU(dim, dim, 1)
        self.conv5 = nn.Conv2d(dim, dim, 1)
        self.layernorm = nn.GroupNorm(1, dim)

    def forward(self, image: Tensor) -> Tensor:
        """Map a normalized image (N, 3, H, W) to tokens (N, dim, H / 4, W / 4)."""
        x = self.conv4(self.conv3(self.conv2(self.conv1(image))))
        tokens: Tensor = self.layernorm(self.conv5(x))
        return tokens
