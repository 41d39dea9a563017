"""Applying the rewrites of a form to the reference.

Each target declares its forms in its ``spec``. Each rewrite's reason is in its own module, and docs/mobile-form.md says
what each gains.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from cloformer.export.request.form_names import FORMS
from cloformer.model.network import Network

from .attention_products import attend_down_columns, batch_attention
from .branches import separate_branches
from .channels_last import attend_in_channels_last
from .depthwise import split_depthwise_into_bands, split_depthwise_into_blocks
from .fold_batch_norm import fold_batch_norms
from .fold_group_norm import fold_group_norm_affines
from .fold_scales import fold_attention_scales
from .gelu import spell_out_gelu
from .group_norm import (
    convolve_group_norms,
    convolve_group_norms_for_fp16,
    flatten_group_norms,
    reduce_group_norms,
    strip_group_norms,
)
from .local_mixing import separate_local_convolutions
from .swish import spell_out_swish
from .upsampling import upsample_by_convolution

Rewrite = Callable[[Network], None]
"""A function that changes a network in place, but not what it computes."""

REWRITES: Mapping[str, Rewrite] = MappingProxyType(
    {
        rewrite.__name__: rewrite
        for rewrite in (
            attend_down_columns,
            attend_in_channels_last,
            batch_attention,
            convolve_group_norms,
            convolve_group_norms_for_fp16,
            flatten_group_norms,
            fold_attention_scales,
            fold_batch_norms,
            fold_group_norm_affines,
            reduce_group_norms,
            separate_branches,
            separate_local_convolutions,
            spell_out_gelu,
            spell_out_swish,
            split_depthwise_into_bands,
            split_depthwise_into_blocks,
            strip_group_norms,
            upsample_by_convolution,
        )
    }
)
"""Every rewrite by its name."""


def apply_form(model: Network, form: str) -> Network:
    """Return a copy of ``model`` in ``form``, in evaluation mode, equal to it up to rounding.

    ``xnnpack-fp16`` is equal up to the rounding of fp16. The copy's parameters no longer carry the reference's names;
    its stages and blocks do.
    """
    return apply_rewrites(model, FORMS[form])


def apply_rewrites(model: Network, rewrites: Sequence[str]) -> Network:
    """Return a copy of ``model``, in evaluation mode, changed by the ``rewrites`` of these names in their order."""
    rewritten = copy.deepcopy(model).eval()
    for name in rewrites:
        REWRITES[name](rewritten)
    return rewritten
