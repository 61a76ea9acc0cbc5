"""Builds an ONNX graph. Nodes and constants are in the order in which they are added."""

from collections.abc import Iterable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MICROSOFT = "com.microsoft"
INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS, LOGITS = "input_ids", "attention_mask", "token_type_ids", "logits"
"""The names of inputs and output in all our graphs, the same as in Hugging Face's."""
OPSET, IR_VERSION = 18, 9

KEY, VALUE = "key", "value"


def past(layer: int, kind: str) -> str:
    """The name of a decoder's input: a layer's keys or values of the tokens before this run's."""
    return f"past.{layer}.{kind}"


def present(layer: int, kind: str) -> str:
    """The name of a decoder's output: a layer's keys or values of all tokens so far."""
    return f"present.{layer}.{kind}"


Shape = tuple[int | str, ...]
"""A value's sizes; a name stands for a size that depends on the input."""


class Graph:
    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._inputs: dict[str, onnx.ValueInfoProto] = {}
        self._parts: list[int] = [0]  # the place in _nodes where each part begins

    def input(self, name: str, kind: int = TensorProto.INT64, shape: Shape = (1, "tokens")) -> str:
        """Adds an input. By default, it has an int64 value for each token, [1, tokens]."""
        self._inputs[name] = helper.make_tensor_value_info(name, kind, shape)
        return name

    def constant(self, name: str, value: np.ndarray) -> str:
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def ints(self, *values: int) -> str:
        """A small int64 constant, [n]."""
        return self.constant("ints_" + "_".join(map(str, values)), np.array(values, dtype=np.int64))

    def add(self, op: str, *inputs: str, domain: str = "", output: str | None = None, **attributes: object) -> str:
        """Adds a node with one output, and returns the output's name."""
        return self.add_many(op, *inputs, domain=domain, outputs=[output or self._name(op)], **attributes)[0]

    def add_many(self, op: str, *inputs: str, domain: str = "", outputs: list[str], **attributes: object) -> list[str]:
        self._nodes.append(helper.make_node(op, inputs, outputs, domain=domain, **attributes))
        return outputs

    def split(self, x: str, parts: int) -> list[str]:
        """Splits the last dimension into equal parts."""
        name = self._name("Split")
        return self.add_many("Split", x, outputs=[f"{name}_{i}" for i in range(parts)], axis=-1, num_outputs=parts)

    def split_at(self, x: str, *sizes: int) -> list[str]:
        """Splits the last dimension into parts of these sizes."""
        name = self._name("Split")
        return self.add_many("Split", x, self.ints(*sizes), outputs=[f"{name}_{i}" for i in range(len(sizes))], axis=-1)

    def first_rows(self, x: str, count: int = 1) -> str:
        """[1, count, width] of x [1, rows, width]."""
        return self.add("Slice", x, *(self.ints(n) for n in (0, count, 1)))

    def _name(self, op: str) -> str:
        return f"{op}_{len(self._nodes)}"

    def model(self, output: str, classes: int) -> onnx.ModelProto:
        """The finished model, whose output is [1, classes]."""
        return _model(self._nodes, self._inputs.values(), {output: (TensorProto.FLOAT, (1, classes))}, self._constants)

    def constant_bytes(self) -> int:
        """The size of the constants since the last part."""
        return sum(constant.ByteSize() for constant in self._constants.values())

    def part(self, outputs: dict[str, tuple[int, Shape]]) -> onnx.ModelProto:
        """
        What was added since the last part, as a model of its own. Later parts may take its outputs by their names. Their
        constants are their own, so a large model never needs to be in memory as a whole.
        """
        nodes = self._nodes[self._parts[-1] :]
        taken = {name for node in nodes for name in node.input}
        model = _model(nodes, [value for name, value in self._inputs.items() if name in taken], outputs, self._constants)
        for name, (kind, shape) in outputs.items():
            self.input(name, kind, shape)
        self._constants.clear()
        self._parts.append(len(self._nodes))
        return model


def _model(
    nodes: list[onnx.NodeProto],
    inputs: Iterable[onnx.ValueInfoProto],
    outputs: dict[str, tuple[int, Shape]],
    constants: dict[str, TensorProto],
) -> onnx.ModelProto:
    typed = [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in outputs.items()]
    graph = helper.make_graph(nodes, "cross-encoder", inputs, typed, list(constants.values()))
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="snapranker")
