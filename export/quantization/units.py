"""Units: the parts of the network that are quantized or left float together, such as a block's attention."""

from __future__ import annotations

import re
from collections.abc import Sequence

from torch import fx, nn

from cloformer.export.graph.blocks import block_names
from cloformer.export.graph.deploy_module import NETWORK
from cloformer.model.network import Network

_UNIT = re.compile(
    r"((?:backbone\.)?(?:patch_embed|layers\.\d+\.blocks\.\d+\.(?:attn|mlp|downsample))|head|neck|decode_head|bbox_head)"
    r"(?:\.|$)"
)
_HEADS = ("head", "neck", "decode_head", "bbox_head")


def unit_names(model: Network) -> tuple[str, ...]:
    """Return the units of ``model`` by their names in the reference, in the order in which they compute."""
    modules = dict(model.named_modules())
    blocks = [f"{name}.{part}" for name in block_names(model) for part in ("attn", "downsample", "mlp")]
    # The last block of a stage leads to the next stage; only there the shortcut computes something.
    computing = [name for name in blocks if name in modules and not isinstance(modules[name], nn.Identity)]
    stem, *_ = block_names(model)
    return (stem, *computing, *(name for name in _HEADS if name in modules))


def unit_of(node: fx.Node) -> str | None:
    """Return the unit that ``node`` of an exported ``DeployModule`` computes in; None in and between normalizations."""
    stack = [str(path) for path, _ in node.meta.get("nn_module_stack", {}).values()]
    return unit_of_module(stack[-1].removeprefix(f"{NETWORK}.")) if stack else None


def unit_of_scopes(scopes: Sequence[str]) -> str | None:
    """Return the unit of an ONNX node from its ``module_scopes``."""
    return unit_of_module(scopes[-2]) if len(scopes) > 1 else None


def unit_of_module(name: str) -> str | None:
    """Return the unit that the module of the network called ``name`` belongs to; None for normalizations and others."""
    found = _UNIT.match(name)
    return found[1] if found and "norm" not in name else None
