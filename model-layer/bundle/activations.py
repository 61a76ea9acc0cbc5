"""The activations that the builder knows, by transformers' names."""

from bundle.graph import MICROSOFT, Graph

TANH, GELU, RELU = "tanh", "gelu", "relu"
ACTIVATIONS = (GELU, "gelu_new", "gelu_pytorch_tanh", RELU, TANH)


def activation(graph: Graph, name: str, x: str) -> str:
    match name:
        case "gelu":
            return graph.add("Gelu", x, domain=MICROSOFT)
        case "gelu_new" | "gelu_pytorch_tanh":
            return graph.add("FastGelu", x, domain=MICROSOFT)
        case "relu":
            return graph.add("Relu", x)
        case "tanh":
            return graph.add("Tanh", x)
    raise ValueError(name)
