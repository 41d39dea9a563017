"""What a saved .pte computes, read back from its bytes: each operator with the numbers that it works on.

ExecuTorch hands an XNNPACK delegate its pieces of the network as flatbuffers, which cannot be inspected at run time.
Their format is part of the executorch package, and the compiler that wrote them reads them back as JSON.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from executorch.backends.xnnpack.serialization.xnnpack_graph_serialize import XNNHeader, _get_schema_bytes
from executorch.exir._serialize._flatbuffer import _flatc_decompile
from executorch.exir._serialize._program import PTEFile, deserialize_pte_binary
from executorch.exir.schema import DelegateCall, ExecutionPlan, KernelCall

_METHOD = "forward"
_NO_HANDLE = 0xFFFF
"""The handle of operators that XNNPACK's passes put between those of the network."""


@dataclass(frozen=True)
class SavedOperator:
    """One operator of a saved program.

    Attributes:
        handle: the number of the node that it was made from, or of the operator before; None if there is neither.
        content: a text that changes with its kind, its parameters, its connections, and its constants.
    """

    handle: int | None
    content: str


def first_difference(saved: bytes, expected: bytes) -> int | None:
    """Return the handle, in ``expected``, of the first operator in which ``saved`` differs; None if all agree."""
    wanted = read_operators(expected)
    pairs = zip_longest(read_operators(saved), wanted, fillvalue=wanted[-1])
    return next((right.handle for left, right in pairs if left != right and right.handle is not None), None)


def read_operators(program: bytes) -> list[SavedOperator]:
    """Return the operators of a .pte for XNNPACK in the order in which they run."""
    return list(_Reader(deserialize_pte_binary(program)).operators())


class _Reader:
    def __init__(self, file: PTEFile) -> None:
        self._program = file.program
        self._named = file.named_data
        self._plan: ExecutionPlan = next(plan for plan in file.program.execution_plan if plan.name == _METHOD)

    def operators(self) -> Iterator[SavedOperator]:
        handle: int | None = None
        for instruction in self._plan.chains[0].instructions:
            call = instruction.instr_args
            if isinstance(call, KernelCall):
                operator = self._plan.operators[call.op_index]
                constants = [self._constant(argument) for argument in call.args]
                yield SavedOperator(handle, f"{operator.name}.{operator.overload} {constants}")
            elif isinstance(call, DelegateCall):
                for delegated in self._delegated(call):
                    handle = delegated.handle or handle
                    yield delegated

    def _delegated(self, call: DelegateCall) -> Iterator[SavedOperator]:
        place = self._plan.delegates[call.delegate_index].processed.index
        graph = _read_graph(bytes(self._program.backend_delegate_data[place].data))
        described = [self._describe(value["xvalue_union"], graph, call) for value in graph["xvalues"]]
        values = {value["id_out"]: value for value in described}
        for node in graph["xnodes"]:
            connections = {name: number for name, number in node["xnode_union"].items() if name.endswith("_id")}
            content = json.dumps([node, [values.get(number) for number in connections.values()]])
            if node["debug_handle"] == _NO_HANDLE:  # what reads its result answers for it
                values[connections["output_id"]] = {"made by": content}
                yield SavedOperator(None, content)
            else:
                yield SavedOperator(node["debug_handle"], content)

    def _describe(self, value: dict[str, Any], graph: dict[str, Any], call: DelegateCall) -> dict[str, Any]:
        """Return a value and how it is quantized, with the hash of its numbers instead of their position."""
        if "tensor_value" in value:
            scales = self._scales(value["quant_params"], graph)
            return {**self._describe(value["tensor_value"], graph, call), "quantized": scales}
        number = value.get("constant_buffer_idx", 0)
        outside = value.get("external_id", len(call.args))
        if number:
            return {**value, "constant_buffer_idx": self._named_constant(graph["constant_data"][number]["named_key"])}
        return {**value, "external": self._constant(call.args[outside])} if outside < len(call.args) else value

    def _scales(self, parameters: dict[str, Any], graph: dict[str, Any]) -> dict[str, Any]:
        """Return scale and zero point, or the hash of the scales if each channel has its own."""
        number = parameters.get("scale_buffer_idx", 0)
        if not number:
            return parameters
        return {**parameters, "scale_buffer_idx": self._named_constant(graph["constant_data"][number]["named_key"])}

    def _named_constant(self, key: str) -> str:
        assert self._named is not None
        return _hash(self._named.buffers[self._named.pte_data[key].buffer_index])

    def _constant(self, number: int) -> str | None:
        """Return the hash of the numbers of the plan's value, if it is a constant tensor."""
        index = getattr(self._plan.values[number].val, "data_buffer_idx", 0)
        return _hash(self._program.constant_buffer[index].storage) if index else None


def _read_graph(payload: bytes) -> dict[str, Any]:
    header = XNNHeader.from_bytes(payload[: XNNHeader.EXPECTED_LENGTH])
    start = header.flatbuffer_offset
    with tempfile.TemporaryDirectory() as folder:
        schema, binary = Path(folder, "schema.fbs"), Path(folder, "graph.bin")
        schema.write_bytes(_get_schema_bytes())
        binary.write_bytes(payload[start : start + header.flatbuffer_size])
        _flatc_decompile(folder, str(schema), str(binary), ["--raw-binary"])
        text = Path(folder, "graph.json").read_text("utf-8")
    # flatc writes infinities, which XNNPACK's clamps have, as no JSON reader takes them.
    graph: dict[str, Any] = json.loads(re.sub(r"(?<=[\s\[])(-?)inf\b", r"\1Infinity", text))
    return graph


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
