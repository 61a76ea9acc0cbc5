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
        self.sessions = [
            onnxruntime.InferenceSession(str(bundle / part), options, providers=["CPUExecutionProvider"])
            for part in manifest.parts(self.manifest)
        ]

    def encode(self, query: str, document: str) -> EncodedPair:
        return self.template.encode(self.tokenizer, query, document, self.manifest["max_tokens"])

    def logit(self, pair: EncodedPair) -> float:
        values = {"input_ids": pair.ids, "token_type_ids": pair.segments, "attention_mask": [1] * len(pair.ids)}
        names = self.manifest["inputs"]
        known = {name: np.array([values[role]]) for role, name in names.items() if name is not None}
        for session in self.sessions:
            given = session.run(None, {taken.name: known[taken.name] for taken in session.get_inputs()})
            known |= {output.name: value for output, value in zip(session.get_outputs(), given, strict=True)}
        return manifest.logit(self.manifest["head"], known[self.manifest["output"]][0])
