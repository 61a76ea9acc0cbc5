"""Scores pairs with a bundle as the function does: one pair per run, one thread."""

from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from bundle import manifest, pairs
from bundle.pairs import EncodedPair


class Scorer:
    def __init__(self, bundle: Path) -> None:
        self.manifest = manifest.read(bundle)
        self.template = pairs.from_manifest(self.manifest["pair"])
        self.tokenizer = Tokenizer.from_file(str(bundle / manifest.TOKENIZER))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = str(bundle / manifest.MODEL)
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def encode(self, query: str, document: str) -> EncodedPair:
        return self.template.encode(self.tokenizer, query, document, self.manifest["max_tokens"])

    def logit(self, pair: EncodedPair) -> float:
        values = {"input_ids": pair.ids, "token_type_ids": pair.segments, "attention_mask": [1] * len(pair.ids)}
        names = self.manifest["inputs"]
        fed = {name: np.array([values[role]]) for role, name in names.items() if name is not None}
        row = self.session.run([self.manifest["output"]], fed)[0][0]
        return manifest.logit(self.manifest["head"], row)
