"""The names of the network's forms, apart from the rewrites that make them, which need PyTorch."""

from __future__ import annotations

import difflib

from cloformer.model import UsageError

REFERENCE = "reference"
"""The plain graph, for comparison."""

MOBILE = "mobile"
"""What ``--form`` is by default: the form that is made for the target and its backend."""

FORM_NAMES = (
    REFERENCE,
    "xnnpack",
    "xnnpack-fp16",
    "onnx-arm64",
    "onnx-x86",
    "onnx-provider",
    "neural-engine",
    "core-ai",
    "vulkan",
    "htp-float",
    "htp-quantised",
)
"""What else ``--form`` takes."""


def check_form(name: str) -> None:
    """Refuse a form that does not exist.

    Raises:
        UsageError: names the nearest, and all.
    """
    if name in (MOBILE, *FORM_NAMES):
        return
    near = difflib.get_close_matches(name.lower(), FORM_NAMES, n=1)
    remedy = f"did you mean {near[0]}? " if near else ""
    raise UsageError(f"there is no form {name!r}", f"{remedy}choose from {', '.join((MOBILE, *FORM_NAMES))}")
