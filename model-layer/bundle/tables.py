"""The file with a large graph's embeddings. The function maps it, so only the rows that texts need come into memory."""

from collections.abc import Iterable
from pathlib import Path

from onnx import NodeProto, TensorProto, numpy_helper

from bundle import manifest

PAGE_BYTES = 1 << 16
"""Each table begins at a multiple of this, which is a multiple of all systems' pages."""

TYPES = {
    TensorProto.FLOAT, TensorProto.UINT8, TensorProto.INT8, TensorProto.INT32, TensorProto.INT64, TensorProto.FLOAT16, TensorProto.BFLOAT16,
}  # fmt: skip
"""The types of tables that the function accepts in the file. Tables of other types stay in the graph."""


class TableFile:
    """The tables of which a graph's nodes gather rows, one after the other. It is not there while it would be empty."""

    def __init__(self, path: Path) -> None:
        """Removes an older file, which is not overwritten because a process may have mapped it."""
        self.path = path
        path.unlink(missing_ok=True)

    def is_there(self) -> bool:
        return self.path.exists()

    def take(self, nodes: Iterable[NodeProto], constants: Iterable[TensorProto], least_bytes: int) -> bool:
        """Moves the tables that are larger than this into the file. Returns whether there was one."""
        names = {node.input[0] for node in nodes if node.op_type == "Gather" and _gathers_rows(node)}
        tables = (constant for constant in constants if constant.name in names and constant.data_type in TYPES)
        taken = [table for table in tables if table.ByteSize() > least_bytes]
        for table in taken:
            self._move(table)
        return bool(taken)

    def _move(self, table: TensorProto) -> None:
        content = numpy_helper.to_array(table)
        with self.path.open("ab") as file:
            file.truncate(-(-file.tell() // PAGE_BYTES) * PAGE_BYTES)
            offset = file.seek(0, 2)
            manifest.require_size(self.path.name, offset + content.nbytes)
            content.tofile(file)
        moved = TensorProto(name=table.name, dims=table.dims, data_type=table.data_type, data_location=TensorProto.EXTERNAL)
        for key, value in (("location", self.path.name), ("offset", offset), ("length", content.nbytes)):
            moved.external_data.add(key=key, value=str(value))
        table.CopyFrom(moved)


def _gathers_rows(node: NodeProto) -> bool:
    return next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 0) == 0
