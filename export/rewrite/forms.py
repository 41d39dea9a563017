"""The forms of CloFormer: which rewrites make the graph that a runtime takes whole and runs fast, in their order.

Each rewrite's reason is in its own module; what each gains is in docs/mobile-form.md.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from types import MappingProxyType

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
"""Changes a network in place, and nothing that it computes."""

_FOLDS: tuple[Rewrite, ...] = (fold_batch_norms, fold_group_norm_affines, fold_attention_scales)

_XNNPACK: tuple[Rewrite, ...] = (
    *_FOLDS,
    separate_branches,
    batch_attention,
    spell_out_swish,
    convolve_group_norms,
    split_depthwise_into_bands,
    upsample_by_convolution,
)

_XNNPACK_FP16: tuple[Rewrite, ...] = (
    *(convolve_group_norms_for_fp16 if rewrite is convolve_group_norms else rewrite for rewrite in _XNNPACK),
    spell_out_gelu,
)

FORMS: Mapping[str, tuple[Rewrite, ...]] = MappingProxyType(
    {
        "reference": (),
        "xnnpack": _XNNPACK,
        "xnnpack-fp16": _XNNPACK_FP16,
        "onnx-arm64": (*_FOLDS, separate_branches, strip_group_norms, split_depthwise_into_blocks),
        "onnx-x86": (*_FOLDS, separate_branches, separate_local_convolutions, strip_group_norms),
        # For ONNX Runtime's Core ML, NNAPI and QNN providers, whose devices have their own depthwise convolutions.
        "onnx-provider": (*_FOLDS, separate_branches, strip_group_norms),
        "neural-engine": (*_FOLDS, separate_branches, attend_down_columns, reduce_group_norms),
        "core-ai": (*_FOLDS, separate_branches, attend_down_columns, strip_group_norms),
        "vulkan": (*_FOLDS, separate_branches, batch_attention, spell_out_swish, reduce_group_norms),
        # HTP has GroupNorm as an operator, in float alone.
        "htp-float": (fold_batch_norms, fold_attention_scales, separate_branches, attend_in_channels_last),
        "htp-quantised": (*_FOLDS, separate_branches, attend_in_channels_last, flatten_group_norms),
    }
)
"""Every form by name, as in ``form_names``; the reference is the one without rewrites."""


def apply_form(model: Network, form: str) -> Network:
    """Return a copy of ``model`` in ``form``, in evaluation mode, equal to it up to rounding.

    ``xnnpack-fp16`` is equal up to the rounding of fp16. The copy's parameters no longer carry the reference's names;
    its stages and blocks do.
    """
    return apply_rewrites(model, FORMS[form])


def apply_rewrites(model: Network, rewrites: tuple[Rewrite, ...]) -> Network:
    """Return a copy of ``model``, in evaluation mode, changed by ``rewrites`` in their order."""
    rewritten = copy.deepcopy(model).eval()
    for rewrite in rewrites:
        rewrite(rewritten)
    return rewritten
