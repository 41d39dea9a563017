"""Giving each layer a bias of its own: XNNPACK's writer quantizes a shared bias by the input scale of its first user.

RetinaNet's towers are one set of layers for five levels, whose inputs have five scales. With one bias for all,
ExecuTorch 1.4.1 got the levels after the first completely wrong, and a trained detector lost 4 points of
average precision. The weights, whose scales do not depend on the input, stay shared.
"""

from __future__ import annotations

from operator import attrgetter

import torch
from torch import fx

_ATEN = torch.ops.aten
_LAYERS = (_ATEN.conv2d.default, _ATEN.linear.default)
_BIAS = 2


def separate_biases(graph_module: fx.GraphModule) -> None:
    """Give each convolution and linear layer of ``graph_module`` a copy of its bias that no other layer uses."""
    taken: set[fx.Node] = set()
    for node in list(graph_module.graph.nodes):
        bias = node.args[_BIAS] if node.target in _LAYERS and len(node.args) > _BIAS else None
        if isinstance(bias, fx.Node) and bias in taken:
            node.update_arg(_BIAS, _copy_of(bias, graph_module, f"bias_of_{node.name}"))
        elif isinstance(bias, fx.Node):
            taken.add(bias)
    graph_module.recompile()


def _copy_of(bias: fx.Node, graph_module: fx.GraphModule, name: str) -> fx.Node:
    values: torch.Tensor = attrgetter(str(bias.target))(graph_module)
    graph_module.register_buffer(name, values.detach().clone())
    with graph_module.graph.inserting_after(bias):
        copy = graph_module.graph.get_attr(name)
    copy.meta.update(bias.meta)
    return copy
