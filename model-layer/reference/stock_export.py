"""Makes the stock export of a checkpoint: what optimum or torch.onnx give, dynamically quantised to int8.

    python stock_export.py --checkpoint DIR --out BUNDLE

This is what other libraries run, and so the peer in ./snapranker bench --stock BUNDLE.
"""

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import onnxruntime
import tokenizers
import torch
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic

from pair_encoding import CLS, MAX_TOKENS, SEP, encode

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
GOLDEN = [
    ("how do I undo the last commit", "Run git reset --soft HEAD~1: the commit goes, its changes stay staged."),
    ("how do I undo the last commit", "The banana is botanically a berry."),
]


class Logits(torch.nn.Module):
    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).logits


def export(checkpoint: Path, file: Path) -> None:
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        checkpoint, dtype=torch.float32, attn_implementation="eager"
    )
    example = tuple(torch.ones((2, 16), dtype=torch.long) for _ in INPUTS)
    dynamic = {name: {0: "batch", 1: "sequence"} for name in INPUTS} | {"logits": {0: "batch"}}
    torch.onnx.export(
        Logits(model.eval()), example, str(file), input_names=INPUTS, output_names=["logits"],
        dynamic_axes=dynamic, opset_version=17, dynamo=False,
    )


def file_spec(file: Path) -> dict:
    return {"bytes": file.stat().st_size, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}


def golden_pairs(bundle: Path) -> list[dict]:
    tokenizer = tokenizers.Tokenizer.from_file(str(bundle / "tokenizer.json"))
    session = onnxruntime.InferenceSession(str(bundle / "model.onnx"), providers=["CPUExecutionProvider"])
    pairs = []
    for query, document in GOLDEN:
        ids, segments, _ = encode(tokenizer, query, document)
        fed = dict(zip(INPUTS, ([ids], [[1] * len(ids)], [segments]), strict=True))
        logit = float(session.run(["logits"], fed)[0][0, 0])
        pairs.append({"query": query, "document": document, "logit": round(logit, 6), "tolerance": 0.25})
    return pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()

    arguments.out.mkdir(parents=True, exist_ok=True)
    model, tokenizer = arguments.out / "model.onnx", arguments.out / "tokenizer.json"
    with tempfile.TemporaryDirectory() as scratch:
        fp32 = Path(scratch) / "fp32.onnx"
        export(arguments.checkpoint, fp32)
        quantize_dynamic(fp32, model, weight_type=QuantType.QInt8)
    shutil.copyfile(arguments.checkpoint / "tokenizer.json", tokenizer)

    special = tokenizers.Tokenizer.from_file(str(tokenizer))
    files = {file.name: file_spec(file) for file in (model, tokenizer)}
    manifest = {
        "format": 1,
        "id": arguments.checkpoint.name + "-stock",
        "revision": files["model.onnx"]["sha256"][:12],
        "license": "Apache-2.0",
        "architecture": "bert",
        "files": files,
        "inputs": {name: name for name in INPUTS},
        "output": "logits",
        "pair": {
            "template": "bert",
            "cls": special.token_to_id(CLS),
            "sep": special.token_to_id(SEP),
            "segments": [0, 1],
        },
        "max_tokens": MAX_TOKENS,
        "head": {"type": "single-logit"},
        "activation": "sigmoid",
        "golden": golden_pairs(arguments.out),
    }
    (arguments.out / "reranker.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
