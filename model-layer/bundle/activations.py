"""The activations that the builder supports, by their names in transformers."""

from bundle.graph import MICROSOFT, Graph

TANH, GELU, RELU, SILU = "tanh", "gelu", "relu", "silu"
ACTIVATIONS = (GELU, "gelu_new", "gelu_pytorch_tanh", RELU, SILU, TANH)


def activation(graph: Graph, name: str, x: str) -> str:
    match name:
        case "gelu":
            return graph.add("Gelu", x, domain=MICROSOFT)
        case "gelu_new" | "gelu_pytorch_tanh":
            return graph.add("FastGelu", x, domain=MICROSOFT)
        case "relu":
            return graph.add("Relu", x)
        case "silu":
            return graph.add("QuickGelu", x, domain=MICROSOFT, alpha=1.0)
        case "tanh":
            return graph.add("Tanh", x)
    raise ValueError(name)
