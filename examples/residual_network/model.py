"""A residual network for pictures of 64 by 64 pixels, as its user would hand it over; weights are drawn.

He et al. 2016, doi:10.1109/CVPR.2016.90, figure 5: two blocks at each of three widths.
"""

from __future__ import annotations

import torch
from torch import nn

WIDTHS = (32, 64, 128)
CLASSES = 100


class Block(nn.Module):
    """Two normalised convolutions beside a shortcut."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        """A stride above one, or another width, turns the shortcut into a convolution of one pixel."""
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels),
        )
        same = stride == 1 and channels_in == channels
        self.shortcut = nn.Identity() if same else nn.Conv2d(channels_in, channels, 1, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Feature maps to feature maps."""
        return torch.relu(self.body(x) + self.shortcut(x))


def build() -> nn.Module:
    """The network, ready for inference."""
    torch.manual_seed(0)
    layers: list[nn.Module] = [nn.Conv2d(3, WIDTHS[0], 3, 1, 1), nn.ReLU()]
    into = WIDTHS[0]
    for width in WIDTHS:
        layers += [Block(into, width, 1 if width == into else 2), Block(width, width, 1)]
        into = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(into, CLASSES)).eval()


def inputs() -> tuple[torch.Tensor]:
    """One picture of noise."""
    return (torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)),)
