"""Requantises a purpose-built int8 graph to 7-bit weights, from the checkpoint's own weights.

    python seven_bit.py --checkpoint DIR --model MODEL.onnx --out MODEL-7BIT.onnx

Full-range int8 weights saturate in the 16-bit sums of AVX2 hosts without VNNI (onnxruntime#6004), which Lambda's
x86 hosts may be: logits were off by up to 0.63 there. With weights in -63..63 no sum can saturate
(2 x 255 x 63 < 2^15), and every CPU gives the same.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import load_file

MOST = 63

# The graph's name of a matrix -> the checkpoint's, whose transposes stand side by side.
PARTS = {
    "qkv": ["attention.self.query", "attention.self.key", "attention.self.value"],
    "q": ["attention.self.query"],
    "kv": ["attention.self.key", "attention.self.value"],
    "o": ["attention.output.dense"],
    "f1": ["intermediate.dense"],
    "f2": ["output.dense"],
}


def original(checkpoint: dict[str, np.ndarray], name: str) -> np.ndarray:
    """[inputs, outputs] in fp32 of a graph's matrix such as bert.encoder.layer.0.qkv.W."""
    layer, part, _ = name.rsplit(".", 2)
    return np.concatenate([checkpoint[f"{layer}.{p}.weight"].astype(np.float32).T for p in PARTS[part]], axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()

    checkpoint = load_file(arguments.checkpoint / "model.safetensors")
    model = onnx.load(arguments.model)
    initializers = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type != "DynamicQuantizeMatMul":
            continue
        weight_name, scale_name, zero_name = node.input[1:4]
        weights = original(checkpoint, weight_name)
        old = numpy_helper.to_array(initializers[weight_name]) * numpy_helper.to_array(initializers[scale_name])
        assert np.abs(old - weights).max() <= np.abs(weights).max() / 127, f"{weight_name} is not the checkpoint's"
        assert not numpy_helper.to_array(initializers[zero_name]).any(), f"{zero_name} is not symmetric"
        scale = np.abs(weights).max(axis=0) / MOST  # [outputs], one per channel
        quantised = np.clip(np.rint(weights / scale), -MOST, MOST).astype(np.int8)
        initializers[weight_name].CopyFrom(numpy_helper.from_array(quantised, weight_name))
        initializers[scale_name].CopyFrom(numpy_helper.from_array(scale.astype(np.float32), scale_name))
    onnx.save(model, arguments.out)


if __name__ == "__main__":
    main()
