"""Finding the outputs of blocks inside a Core AI program, and making them outputs of the program.

A program keeps no names for its values, only a number for each operation. The numbers of the operations that end a
block are stored in the asset's metadata.
"""

from __future__ import annotations

from typing import Any

import coreai.authoring  # before its compiler, which imports from it and is imported by it
import torch
from coreai._compiler.dialects.coreai import output as make_output
from coreai._compiler.ir import ArrayAttr, DictAttr, FunctionType, InsertionPoint, Operation, StringAttr, TypeAttr
from coreai_torch.debugging.debug_info import get_operation_id, strip_debug_info
from coreai_torch.debugging.torch_utils import get_torch_to_ops_mapping


def number_block_operations(
    program: coreai.authoring.AIProgram, graph: torch.fx.Graph, blocks: dict[str, str]
) -> dict[str, int]:
    """Return the number of the operation that gives each block's output.

    ``blocks`` are the nodes of ``graph``, from which ``program`` was converted with debug information. That is
    removed: it holds the paths and the stack of the machine that exported.
    """
    operations = get_torch_to_ops_mapping(program)
    nodes = {node.name: node for node in graph.nodes}
    last = {block: _last_operation(nodes[name], operations) for block, name in blocks.items()}
    strip_debug_info(program)
    numbers = {block: get_operation_id(operation) for block, operation in last.items()}
    return {block: number for block, number in numbers.items() if number is not None}


def _last_operation(node: torch.fx.Node, operations: dict[str, list[Operation]]) -> Operation:
    """Return the last operation that ``node`` became; for a node that became none, look at the first of its inputs."""
    while node.name not in operations:
        node = node.all_input_nodes[0]
    return operations[node.name][-1]


def add_outputs(program: coreai.authoring.AIProgram, numbers: dict[str, int]) -> None:
    """Make the results of the operations with these numbers additional outputs of a saved program's main function."""
    graph: Any = program._get_graph("main")  # the bindings' stubs leave most of an operation out
    operations = {get_operation_id(operation): operation for operation in graph.bodyRegion.blocks[0].operations}
    end = next(operation for operation in operations.values() if operation.name == "coreai.output")
    values = {name: operations[number].results[0] for name, number in numbers.items()}
    signature = graph.function_type.value
    with graph.location:
        with InsertionPoint(end):
            make_output([*end.operands, *values.values()])
        end.operation.erase()
        results = [*signature.results, *(value.type for value in values.values())]
        graph.attributes["function_type"] = TypeAttr.get(FunctionType.get(signature.inputs, results))
        names = [DictAttr.get({"coreai.name": StringAttr.get(name)}) for name in values]
        graph.res_attrs = ArrayAttr.get([*graph.res_attrs, *names])
