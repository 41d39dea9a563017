"""The mobile form of CloFormer: every rewrite, in the order in which they compose."""

from __future__ import annotations

import copy

from cloformer.model import CloFormer

from .attention import split_attention
from .fold_batch_norm import fold_batch_norms
from .fold_group_norm import fold_group_norm_affines
from .group_norm import spell_out_group_norms


def mobile_form(model: CloFormer) -> CloFormer:
    """Return a rewritten copy of ``model`` in evaluation mode, equal to it up to rounding.

    Its parameters no longer carry the reference's names; its stages and blocks do.
    """
    rewritten = copy.deepcopy(model).eval()
    fold_batch_norms(rewritten)
    fold_group_norm_affines(rewritten)
    split_attention(rewritten)
    spell_out_group_norms(rewritten)
    return rewritten
