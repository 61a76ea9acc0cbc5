"""Scores query-document pairs with transformers in fp32: the reference that the int8 graph is held against.

    python score_pairs.py --checkpoint DIR --pairs PAIRS.jsonl --out REFERENCE.jsonl

PAIRS.jsonl has lines {"query", "document"}. The first line written names the versions and the weights.
"""

import argparse
import hashlib
import json
from pathlib import Path

import tokenizers
import torch
import transformers

from pair_encoding import encode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder with config.json, model.safetensors, tokenizer.json")
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()

    tokenizer = tokenizers.Tokenizer.from_file(str(arguments.checkpoint / "tokenizer.json"))
    model = transformers.AutoModelForSequenceClassification.from_pretrained(arguments.checkpoint, dtype=torch.float32)
    model.eval()

    weights = hashlib.sha256((arguments.checkpoint / "model.safetensors").read_bytes()).hexdigest()
    versions = {
        "transformers": transformers.__version__,
        "torch": torch.__version__,
        "tokenizers": tokenizers.__version__,
        "checkpoint_sha256": weights,
    }
    with arguments.pairs.open(encoding="utf-8") as pairs, arguments.out.open("w", encoding="utf-8") as out:
        out.write(json.dumps({"reference": versions}) + "\n")
        for line in pairs:
            pair = json.loads(line)
            ids, segments, truncated = encode(tokenizer, pair["query"], pair["document"])
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([segments])).logits
            scored = {
                "query": pair["query"],
                "document": pair["document"],
                "tokens": len(ids),
                "truncated": truncated,
                "logit_fp32": round(logits[0, 0].item(), 6),
            }
            out.write(json.dumps(scored, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
