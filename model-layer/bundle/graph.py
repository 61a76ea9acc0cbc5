"""Builds an ONNX graph. Nodes and constants are in the order in which they are added."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MICROSOFT = "com.microsoft"
INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS, LOGITS = "input_ids", "attention_mask", "token_type_ids", "logits"
"""The names of inputs and output in all our graphs, the same as in Hugging Face's."""
OPSET, IR_VERSION = 18, 9


class Graph:
    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._inputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str) -> str:
        """Adds an input with an int64 value for each token, [1, tokens]."""
        self._inputs.append(helper.make_tensor_value_info(name, TensorProto.INT64, [1, "tokens"]))
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

    def _name(self, op: str) -> str:
        return f"{op}_{len(self._nodes)}"

    def model(self, output: str, classes: int) -> onnx.ModelProto:
        """The finished model, whose output is [1, classes]."""
        outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, classes])]
        graph = helper.make_graph(self._nodes, "cross-encoder", self._inputs, outputs, list(self._constants.values()))
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="snapranker")
