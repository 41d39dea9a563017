"""Seeded random weights, for exports that only need the graph and its speed.

With PyTorch's own initialization a deep network all but ignores its input: the logits of different photographs differ
by half a percent of the largest logit, which is less than the tolerance for an fp16 artifact, so a parity check could
not tell a good artifact from a dead one. With the gains here the logits of each image differ from those of some other
image by at least a fifth of the largest logit, and rounding errors are not amplified (the float32 error is at most
3e-6; measured on the parity images for every variant). The sensitivity guard checks the former on each export.
"""

from __future__ import annotations

import math

import torch
from torch import nn

RANDOM_SEED = 0

_GAINS: tuple[tuple[str, float], ...] = (
    (".conv_seg.", 0.2),  # a pyramid sums up a residual stream that is itself a sum: logits of about 10
    (".retina_cls.", 0.07),  # few anchors with a high score
    (".retina_reg.", 0.015),  # boxes that overlap their anchors by half, as real objects do
    ("_head.", 1.4),
    ("patch_embed.", 1.4),  # He's gain before a ReLU
    ("head.", 2.0),
    (".downsample.", 1.0),  # the residual stream itself: keep its variance
    (".act_block", 1.5),  # drives AttnConv's tanh out of its linear range
)
_DEFAULT_GAIN = 1.4
_BIAS_STD = 0.02
_RARE = ".retina_cls.bias"
_RARE_BIAS = -4.6
"""RetinaNet's prior as a logit: one anchor in a hundred contains an object."""


def _gain(name: str) -> float:
    return next((gain for pattern, gain in _GAINS if pattern in name), _DEFAULT_GAIN)


@torch.no_grad()
def fill_with_random_weights(model: nn.Module, seed: int = RANDOM_SEED) -> None:
    """Overwrite every parameter and every running statistic of ``model``, in the order of its state dict."""
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in model.state_dict().items():
        if not tensor.is_floating_point():
            tensor.zero_()
        elif tensor.dim() > 1:
            tensor.normal_(0.0, _gain(name) / math.sqrt(tensor[0].numel()), generator=generator)
        elif name.endswith(_RARE):
            tensor.fill_(_RARE_BIAS)
        elif name.endswith("running_mean"):
            tensor.normal_(0.0, _BIAS_STD, generator=generator)
        elif name.endswith(("weight", "running_var")):
            tensor.uniform_(0.5, 1.5, generator=generator)
        else:
            tensor.normal_(0.0, _BIAS_STD, generator=generator)
