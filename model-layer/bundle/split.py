"""Cuts a graph into parts. The function loads one part after the other, so only one part is in memory several times."""

import math
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from bundle import manifest
from bundle.errors import BundleError
from bundle.onnx_session import TABLES_FOLDER
from bundle.tables import TableFile

WHOLE_MB, PART_MB = 150, 32
"""While a part is loaded, it is in memory three times: read, parsed and packed. See "Memory" in docs/benchmarks.md."""

MARGIN = 1.25
"""How many times a part's size a piece may have without being cut."""


@dataclass(frozen=True)
class GraphFiles:
    """The names of the files with a graph and its weights."""

    parts: list[str]
    embeddings: str | None = None
    """The file with tables that are larger than a part, if the graph has one."""

    def manifest(self) -> dict[str, Any]:
        """The manifest's fields about these files, none for a graph in one file."""
        parts = {} if self.parts == [manifest.MODEL] else {"parts": self.parts}
        return parts if self.embeddings is None else parts | {"embeddings": self.embeddings}


def cut_into_parts(bundle: Path, part_mb: float | None) -> GraphFiles:
    """Cuts the bundle's graph if it is large or if the caller gives a size."""
    whole = bundle / manifest.MODEL
    part_bytes = part_bytes_of(whole.stat().st_size, part_mb)
    tables = TableFile(bundle / manifest.EMBEDDINGS)
    if whole.stat().st_size > part_bytes:
        return _written(bundle, split(fused(str(whole)), part_bytes, tables), tables)
    remove_parts(bundle)
    return GraphFiles([manifest.MODEL])


def save_pieces(bundle: Path, pieces: Iterable[onnx.ModelProto], part_bytes: int) -> GraphFiles:
    """
    Writes the pieces of a graph one at a time, so that they are never in memory together. A piece that is much larger than
    a part is cut.
    """
    tables = TableFile(bundle / manifest.EMBEDDINGS)
    return _written(bundle, (part for piece in pieces for part in _cut(piece, part_bytes, tables)), tables)


def _cut(piece: onnx.ModelProto, part_bytes: int, tables: TableFile) -> list[onnx.ModelProto]:
    """A piece with a large table has nothing else that is large."""
    if tables.take(piece.graph.node, piece.graph.initializer, part_bytes) or piece.ByteSize() <= MARGIN * part_bytes:
        return [piece]
    return split(fused(piece.SerializeToString()), part_bytes, tables)


def _written(bundle: Path, parts: Iterable[onnx.ModelProto], tables: TableFile) -> GraphFiles:
    remove_parts(bundle)
    names = []
    for part in parts:
        names.append(f"model-{len(names)}.onnx")
        onnx.save(part, bundle / names[-1])
    (bundle / manifest.MODEL).unlink(missing_ok=True)
    if len(names) == 1:
        (bundle / names[0]).rename(bundle / manifest.MODEL)
        names = [manifest.MODEL]
    return GraphFiles(names, tables.path.name if tables.is_there() else None)


def part_bytes_of(model_bytes: int, part_mb: float | None) -> int:
    """The size of a part, for a model of this size and for what the caller asks for."""
    if part_mb is None:
        return int((PART_MB if model_bytes > WHOLE_MB * 1e6 else WHOLE_MB) * 1e6)
    if not 0 < part_mb < math.inf:
        raise BundleError(f"--part-mb is {part_mb:g}; expected a number above 0")
    return int(part_mb * 1e6)


def remove_parts(bundle: Path) -> None:
    for old in bundle.glob("model-*.onnx"):
        old.unlink()


def fused(model: str | bytes) -> onnx.ModelProto:
    """
    The graph after ONNX Runtime's fusions. A cut between operators that it fuses would change the last bits.

    model: its file, or its bytes
    """
    with tempfile.TemporaryDirectory() as scratch:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(Path(scratch) / "fused.onnx")
        options.intra_op_num_threads = 1
        onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return onnx.load(options.optimized_model_filepath)


def split(model: onnx.ModelProto, part_bytes: int, tables: TableFile) -> list[onnx.ModelProto]:
    """
    Splits the nodes into parts of consecutive nodes. Each part is a graph with the constants that it uses. Its inputs are
    inputs of the model and outputs of earlier parts, by their names. Its outputs are the values that later parts use; the
    last part has the model's outputs. Tables that are larger than a part go into the file for them.
    """
    nodes, constants = _constants_apart(model.graph)
    tables.take(nodes, constants.values(), part_bytes)
    outputs = [given.name for given in model.graph.output]
    values = {value.name: value for value in [*model.graph.input, *model.graph.output]}
    sizes = {dim.dim_param for given in model.graph.input for dim in given.type.tensor_type.shape.dim} - {""}
    parts = []
    for begin, end in _ranges_of_nodes(nodes, constants, part_bytes):
        here = nodes[begin:end]
        taken = list(dict.fromkeys(name for node in here for name in _input_names(node)))
        made = [name for node in here for name in node.output]
        wanted = {name for node in nodes[end:] for name in _input_names(node)}.union(outputs)
        graph = helper.make_graph(
            here,
            f"{model.graph.name}-{len(parts)}",
            [values[name] for name in taken if name not in constants and name not in made],
            [values.get(name, onnx.ValueInfoProto(name=name)) for name in made if name in wanted],
            [constants[name] for name in taken if name in constants],
        )
        part = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
        for output, typed in zip(part.graph.output, _typed_outputs(part, sizes, tables.path.parent), strict=True):
            output.CopyFrom(typed)
            values[output.name] = typed
        parts.append(part)
    return parts


def _constants_apart(graph: onnx.GraphProto) -> tuple[list[onnx.NodeProto], dict[str, TensorProto]]:
    """The nodes that compute, and all constants by name. A node that only holds a constant becomes a constant."""
    constants = {constant.name: constant for constant in graph.initializer}
    nodes = []
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            constant = TensorProto()
            constant.CopyFrom(node.attribute[0].t)
            constant.name = node.output[0]
            constants[constant.name] = constant
        else:
            nodes.append(node)
    return nodes, constants


def _ranges_of_nodes(
    nodes: list[onnx.NodeProto], constants: dict[str, TensorProto], part_bytes: int
) -> Iterator[tuple[int, int]]:
    """The ranges of nodes. Each is as long as its constants allow, or up to half as long if fewer values then cross its end."""
    crossing = _values_across(nodes)
    begin = 0
    while begin < len(nodes):
        seen: set[str] = set()
        filled = 0
        ends = []  # where the part may end, with how full it would be
        for end in range(begin + 1, len(nodes) + 1):
            fresh = {name for name in _input_names(nodes[end - 1]) if name in constants} - seen
            filled += sum(constants[name].ByteSize() for name in fresh)
            if filled > part_bytes and ends:
                break
            seen |= fresh
            ends.append((end, filled))
        full = ends[-1][1]
        end = min((end for end, filled in ends if 2 * filled >= full), key=lambda end: (crossing[end], -end))
        yield begin, end
        begin = end


def _values_across(nodes: list[onnx.NodeProto]) -> list[int]:
    """How many values cross each place between two nodes, that is, are made before it and used after it, [nodes + 1]."""
    last_taken = {name: i for i, node in enumerate(nodes) for name in _input_names(node)}
    change = [0] * (len(nodes) + 2)
    for i, node in enumerate(nodes):
        for name in node.output:
            if name in last_taken:
                change[i + 1] += 1
                change[last_taken[name] + 1] -= 1
    return list(np.cumsum(change[: len(nodes) + 1]))


def _typed_outputs(part: onnx.ModelProto, sizes: set[str], tables_folder: Path) -> list[onnx.ValueInfoProto]:
    """The outputs with the types that ONNX Runtime infers, because it knows its own operators. Symbolic sizes are the model's inputs'."""
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry(TABLES_FOLDER, str(tables_folder))
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(part.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return [
        helper.make_tensor_value_info(
            output.name,
            ELEMENT_TYPES[output.type],
            [size if isinstance(size, int) or size in sizes else None for size in output.shape],
        )
        for output in session.get_outputs()
    ]


ELEMENT_TYPES = {
    "tensor(float)": TensorProto.FLOAT,
    "tensor(bool)": TensorProto.BOOL,
    "tensor(int8)": TensorProto.INT8,
    "tensor(uint8)": TensorProto.UINT8,
    "tensor(int32)": TensorProto.INT32,
    "tensor(int64)": TensorProto.INT64,
}
"""The types of values that may cross from part to part."""


def _input_names(node: onnx.NodeProto) -> Iterator[str]:
    """The names of a node's inputs, including those inside its branches or loops."""
    yield from (name for name in node.input if name)
    for attribute in node.attribute:
        for inner in [attribute.g] if attribute.HasField("g") else attribute.graphs:
            made = {name for each in inner.node for name in each.output} | {each.name for each in inner.initializer}
            made |= {each.name for each in inner.input}
            yield from (name for each in inner.node for name in _input_names(each) if name not in made)
            yield from (each.name for each in inner.output if each.name not in made)
