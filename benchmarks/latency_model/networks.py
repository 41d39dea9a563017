"""The operators of the networks that the model is fitted to and applied to, obtained by tracing."""

from __future__ import annotations

from functools import cache

import torch
from torch import nn

from cloformer.benchmarks.peers.networks import check_timm
from cloformer.export.forms import apply_form
from cloformer.model import CloFormer
from cloformer.model.variants import find_variant

from .operators import Operator, trace_operators


@cache
def operators_of_peer(timm_name: str, size: int) -> tuple[Operator, ...]:
    """Return the kernels of a network from timm, with its training-time branches folded.

    Raises:
        MissingPackageError: timm is not installed.
    """
    return tuple(trace_operators(_build(timm_name), (size, size), "meta"))


@cache
def operators_of_cloformer(variant: str, form: str, size: int = 224) -> tuple[Operator, ...]:
    """Return the kernels of a variant of CloFormer in one of its mobile forms."""
    network = CloFormer(find_variant(variant), 1000).eval()
    return tuple(trace_operators(apply_form(network, form), (size, size)))


def _build(timm_name: str) -> nn.Module:
    check_timm()
    import timm  # noqa: PLC0415 - takes seconds to import
    from timm.utils.model import reparameterize_model  # noqa: PLC0415

    with torch.device("meta"):
        network = timm.create_model(timm_name, pretrained=False, exportable=True)
    folded: nn.Module = reparameterize_model(network.to_empty(device="cpu").eval())  # folding needs real tensors
    return folded.to("meta")
