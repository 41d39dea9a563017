"""Exact changes of the reference for deployment: the same function, in operators that phones run without fallbacks.

Every rewrite changes a copy in place and keeps the names of stages and blocks, so that a difference to the
reference can be traced to the block it comes from. A form is a sequence of rewrites.
"""

from .apply import REWRITES, Rewrite, apply_form, apply_rewrites

__all__ = ["REWRITES", "Rewrite", "apply_form", "apply_rewrites"]
