"""What ``--help`` says of ``--precision``, from the targets' specs."""

from __future__ import annotations

from itertools import groupby

from cloformer.export.request.registry import TARGETS, titles_of
from cloformer.export.target_spec import TargetSpec

_USUAL = "fp32"


def precision_help() -> str:
    """Return every precision, and which is each target's default."""
    known = dict.fromkeys(name for spec in TARGETS.values() for name in spec.precisions)
    unusual = sorted((spec for spec in TARGETS.values() if _default(spec) != _USUAL), key=_default)
    defaults = [f"{name} for {titles_of(list(specs))}" for name, specs in groupby(unusual, key=_default)]
    return f"{', '.join(known)}, where the target has it. Default: {', '.join([*defaults, f'else {_USUAL}'])}."


def _default(spec: TargetSpec) -> str:
    return spec.precisions[0]
