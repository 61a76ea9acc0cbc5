"""Reads a sentence encoder from an ONNX file of LangChain4j's embedding artefacts on Maven Central.

    python -m train.sentence_encoder all-minilm-l6-v2.onnx --tokenizer all-minilm-l6-v2-tokenizer.json --out BACKBONE

writes the checkpoint that train.py starts from.
"""

import argparse
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import save_file

from bundle.interaction_model import InteractionCrossEncoder, Shape

HEAD_SIZE = 32  # of all these encoders; the graph does not name it


def from_onnx(file: Path) -> InteractionCrossEncoder:
    """Reads the encoder of a BertModel's export. A matrix has the name of its product's node."""
    graph = onnx.load(file).graph
    weights = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights:
            name = node.name.strip("/").removesuffix("/MatMul").replace("/", ".")
            weights[name + ".weight"] = weights[node.input[1]].T.contiguous()
    words = weights["embeddings.word_embeddings.weight"]
    layers = len({name.split(".")[2] for name in weights if name.startswith("encoder.layer.")})
    up = weights["encoder.layer.0.intermediate.dense.weight"]
    model = InteractionCrossEncoder(Shape(words.shape[0], words.shape[1], up.shape[0], layers, words.shape[1] // HEAD_SIZE))
    model.load_bert(weights)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("onnx", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True, help="its tokenizer.json")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    model = from_onnx(arguments.onnx)
    arguments.out.mkdir(parents=True, exist_ok=True)
    config = {"model_type": "bert", "architectures": ["BertModel"], "type_vocab_size": 2}
    (arguments.out / "config.json").write_text(json.dumps(config | asdict(model.shape), indent=2) + "\n")
    save_file(model.bert_weights(), arguments.out / "model.safetensors")
    shutil.copy(arguments.tokenizer, arguments.out / "tokenizer.json")


if __name__ == "__main__":
    main()
