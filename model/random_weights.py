"""Seeded random weights, for exports that only need the graph and its speed.

PyTorch's own initialization makes a deep network all but ignore its input: the logits of different photographs then
differ by half a percent of the largest logit, less than an fp16 artifact may be wrong by, and parity could not tell a
good artifact from a dead one. The gains here set each input at least a fifth of the largest logit apart from some
other, and still pass rounding on unamplified (float32 errs by 3e-6 at most; measured on the parity images for every
variant). The sensitivity guard checks the former on each export.
"""

from __future__ import annotations

import math

import torch
from torch import nn

RANDOM_SEED = 0

_GAINS: tuple[tuple[str, float], ...] = (
    (".conv_seg.", 0.2),  # a pyramid adds up what a residual stream has added up: logits of about 10,
    (".retina_cls.", 0.07),  # few sure anchors,
    (".retina_reg.", 0.015),  # and boxes that overlap theirs by half, as an anchor's objects do
    ("_head.", 1.4),
    ("patch_embed.", 1.4),  # He's gain before a ReLU
    ("head.", 2.0),
    (".downsample.", 1.0),  # the residual stream itself: keep its variance
    (".act_block", 1.5),  # AttnConv's tanh should leave its linear range
)
_DEFAULT_GAIN = 1.4
_BIAS_STD = 0.02
_RARE = ".retina_cls.bias"
_RARE_BIAS = -4.6
"""RetinaNet's prior: an anchor holds an object in one of a hundred cases."""


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
