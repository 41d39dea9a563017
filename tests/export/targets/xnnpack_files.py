"""The graph inside a saved .pte, read and changed with the compiler that wrote it."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path

from executorch.backends.xnnpack.serialization.xnnpack_graph_serialize import XNNHeader, _get_schema_bytes
from executorch.exir._serialize._flatbuffer import _flatc_compile, _flatc_decompile
from executorch.exir._serialize._program import deserialize_pte_binary, serialize_pte_binary

from cloformer.export.targets.executorch.saved_program import _read_graph


def exchange_operators(file: Path, number: int, first: str, second: str) -> None:
    """Give the ``number``-th operator of type ``first`` and of type ``second`` each other's type."""
    program = deserialize_pte_binary(file.read_bytes())
    (delegate,) = program.program.backend_delegate_data
    payload = bytes(delegate.data)
    header = XNNHeader.from_bytes(payload[: XNNHeader.EXPECTED_LENGTH])
    start, end = header.flatbuffer_offset, header.flatbuffer_offset + header.flatbuffer_size
    graph = _exchange_in_graph(payload[start:end], number, first, second)
    assert len(graph) == header.flatbuffer_size
    delegate.data = payload[:start] + graph + payload[end:]
    file.write_bytes(bytes(serialize_pte_binary(program)))


def _exchange_in_graph(graph: bytes, number: int, first: str, second: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        schema, binary, text = (Path(folder, name) for name in ("schema.fbs", "graph.bin", "graph.json"))
        schema.write_bytes(_get_schema_bytes())
        binary.write_bytes(graph)
        _flatc_decompile(folder, str(schema), str(binary), ["--raw-binary"])
        lines = text.read_text("utf-8").splitlines()
        kinds = [[i for i, line in enumerate(lines) if f'"{kind}"' in line] for kind in (first, second)]
        one, other = kinds[0][number], kinds[1][number]
        lines[one], lines[other] = lines[other], lines[one]
        text.write_text("\n".join(lines), "utf-8")
        _flatc_compile(folder, str(schema), str(text))
        return binary.read_bytes()


def output_types(file: Path) -> dict[str, set[str]]:
    """Kind of operator -> the types of what it gives, such as ``qint8``."""
    types: dict[int, str] = {}
    found: dict[str, set[str]] = defaultdict(set)
    for delegate in deserialize_pte_binary(file.read_bytes()).program.backend_delegate_data:
        graph = _read_graph(bytes(delegate.data))
        for value in graph["xvalues"]:
            tensor = value["xvalue_union"].get("tensor_value", value["xvalue_union"])
            types[tensor["id_out"]] = tensor["datatype"].removeprefix("xnn_datatype_")
        for node in graph["xnodes"]:
            found[node["xnode_union_type"]].add(types[node["xnode_union"]["output_id"]])
    return dict(found)
