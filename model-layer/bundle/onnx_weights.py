"""Reads parameters from a stock ONNX export: directly from torch.onnx, or after onnxruntime's dynamic quantisation.

Exports keep the names of embeddings, biases and normalisations. They store a matrix transposed, under a name such as
`onnx::MatMul_123`. Such a matrix gets its name from its node, `/bert/pooler/dense/MatMul`, or from the bias that is added
to the product.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from onnx import TensorProto, numpy_helper
from onnx.checker import ValidationError

from bundle.errors import BundleError

WEIGHT, BIAS = ".weight", ".bias"
QUANTISED, SCALE, ZERO_POINT = "_quantized", "_scale", "_zero_point"
PRODUCTS = ("MatMul", "Gemm", "MatMulInteger")
MAX_NODES_TO_BIAS = 4
"""The number of nodes from a quantised product to its bias: Cast, Mul, Add, and one that an optimiser may add between them."""
OPTIMISED_OPERATORS = ("Attention", "MultiHeadAttention", "EmbedLayerNormalization", "SkipLayerNormalization", "DynamicQuantizeMatMul",
             "MatMulNBits", "QAttention", "QLinearMatMul")  # fmt: skip
"""Operators by which optimisers and other quantisers replace an export's operators."""


@dataclass(frozen=True)
class Product:
    """A matrix of the model: its layer's name, [outputs, inputs], and the node that multiplies by it."""

    layer: str | None
    weight: np.ndarray
    node: onnx.NodeProto


class OnnxWeights:
    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self.graph = onnx.load(file).graph
        except (DecodeError, ValidationError, OSError) as e:
            raise BundleError(f"{file} cannot be read as an ONNX file: {e}") from e
        for node in self.graph.node:
            if node.op_type in OPTIMISED_OPERATORS:
                raise BundleError(
                    f"{file} has the operator {node.op_type}, which an optimiser added; expected a stock export (torch.onnx, optimum) "
                    "in fp32, fp16 or with onnxruntime's dynamic quantisation"
                )
        self._producers = {name: node for node in self.graph.node for name in node.output}
        self._consumers: dict[str, list[onnx.NodeProto]] = {}
        for node in self.graph.node:
            for name in node.input:
                self._consumers.setdefault(name, []).append(node)
        self._initializers = {tensor.name: tensor for tensor in self.graph.initializer}

    @property
    def rounded(self) -> bool:
        """Whether the export computes with less precision than fp32."""
        half = any(tensor.data_type == TensorProto.FLOAT16 for tensor in self.graph.initializer)
        return half or any(node.op_type == "MatMulInteger" for node in self.graph.node)

    @cached_property
    def parameters(self) -> dict[str, np.ndarray]:
        """The parameters in fp32 by their names in the export. Matrices are [outputs, inputs], as in Linear layers."""
        found = {}
        for name in [*self._initializers, *self._producers]:
            plain = name.removesuffix(QUANTISED)
            if plain.endswith((WEIGHT, BIAS)) and (value := self._constant(name)) is not None:
                found[plain] = value
        for product in self.products:
            if product.layer is not None:
                found[product.layer + WEIGHT] = product.weight
                bias = self._bias(product.node)
                if bias is not None:  # may repeat a name, because exports give equal tensors the same name
                    found.setdefault(product.layer + BIAS, self._constant(bias))
        return found

    @cached_property
    def products(self) -> list[Product]:
        """The products, in the graph's order."""
        found = []
        for node in self.graph.node:
            if node.op_type in PRODUCTS:
                weight = self._constant(node.input[1])
                if weight is not None and weight.ndim == 2:
                    transposed = node.op_type == "Gemm" and _attribute(node, "transB", 0)
                    found.append(Product(self._layer(node), weight if transposed else weight.T, node))
        return found

    def nodes_after(self, layer: str) -> Iterator[onnx.NodeProto]:
        """The nodes that use a layer's output, up to the next product with a matrix, nearest first."""
        matrices = {product.node.output[0] for product in self.products}
        todo = [product.node.output[0] for product in self.products if product.layer == layer]
        seen = set()
        while todo:
            for node in self._consumers.get(todo.pop(0), []):
                if node.output[0] not in matrices | seen and node.op_type not in PRODUCTS:
                    seen.add(node.output[0])
                    todo += node.output
                    yield node

    def last_dimension(self, reshape: onnx.NodeProto) -> int | None:
        """The last dimension of a Reshape, if it is a constant."""
        name = reshape.input[1]
        while (maker := self._producers.get(name)) is not None and maker.op_type == "Concat":
            name = maker.input[-1]
        sizes = self._constant(name)
        return None if sizes is None else int(np.atleast_1d(sizes)[-1])

    def epsilon(self) -> float | None:
        """The epsilon of the normalisations, each of which is one operator or several."""
        for node in self.graph.node:
            if node.op_type == "LayerNormalization":
                return _shortest_decimal(_attribute(node, "epsilon", 1e-5))
            if node.op_type == "Sqrt" and (maker := self._producers.get(node.input[0])) is not None and maker.op_type == "Add":
                constants = [value for value in map(self._constant, maker.input) if value is not None and value.size == 1]
                if constants:
                    return _shortest_decimal(constants[0].item())
        return None

    def _constant(self, name: str) -> np.ndarray | None:
        """The value of a name, if it does not depend on the input. Numbers are in fp32."""
        if name in self._initializers:
            values = numpy_helper.to_array(self._initializers[name])
            if name.endswith(QUANTISED):
                return self._dequantised(name, values)
            return values.astype(np.float32) if values.dtype == np.float16 else values
        node = self._producers.get(name)
        if node is None:
            return None
        match node.op_type:
            case "Constant":
                value = _attribute(node, "value", None)
                return None if value is None else numpy_helper.to_array(value)
            case "Identity":
                return self._constant(node.input[0])
            case "Cast":
                values = self._constant(node.input[0])
                return values if values is None or values.dtype.kind != "f" else values.astype(np.float32)
            case "Unsqueeze":  # of sizes only, which are scalars
                values = self._constant(node.input[0])
                return None if values is None else values.reshape(-1)
            case "Transpose":
                values = self._constant(node.input[0])
                return None if values is None else values.transpose(_attribute(node, "perm", None))
        return None

    def _dequantised(self, name: str, values: np.ndarray) -> np.ndarray:
        """(q - zero point) * scale. Several scales belong to a matrix's columns."""
        parts = [self._initializers.get(name.removesuffix(QUANTISED) + suffix) for suffix in (ZERO_POINT, SCALE)]
        if None in parts:
            raise BundleError(f"{self.file} has no scale and zero point for {name}; expected onnxruntime's dynamic quantisation")
        zero, scale = (numpy_helper.to_array(part).astype(np.float32) for part in parts)
        return (values.astype(np.float32) - zero) * scale

    def _layer(self, node: onnx.NodeProto) -> str | None:
        """The name of a product's layer, without .weight."""
        own = self._stored_name(node.input[1]).removesuffix(QUANTISED)
        if own.endswith(WEIGHT):
            return own.removesuffix(WEIGHT)
        if node.name.count("/") >= 2:
            return ".".join(node.name.strip("/").split("/")[:-1])
        bias = self._bias(node)
        return bias.removesuffix(BIAS) if bias is not None and bias.endswith(BIAS) else None

    def _stored_name(self, name: str) -> str:
        """The name of the stored tensor from which a constant is made."""
        while (maker := self._producers.get(name)) is not None and maker.input:
            name = maker.input[0]
        return name

    def _bias(self, node: onnx.NodeProto) -> str | None:
        """The name of the constant that is added to a product."""
        if node.op_type == "Gemm":
            return node.input[2] if len(node.input) > 2 else None
        output = node.output[0]
        for _ in range(MAX_NODES_TO_BIAS):
            users = self._consumers.get(output, [])
            if len(users) != 1:
                return None
            constants = [name for name in users[0].input if self._constant(name) is not None]
            if users[0].op_type == "Add" and constants:
                return constants[0]
            output = users[0].output[0]
        return None


def _shortest_decimal(single: float) -> float:
    """The short form of a single-precision number: 1e-12, not 9.999999960041972e-13."""
    return float(f"{single:.6g}")


def _attribute(node: onnx.NodeProto, name: str, otherwise: object) -> object:
    for attribute in node.attribute:
        if attribute.name == name:
            return onnx.helper.get_attribute_value(attribute)
    return otherwise
