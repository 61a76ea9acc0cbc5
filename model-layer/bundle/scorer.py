"""Scores pairs with a bundle in the same way as the function: one pair per run, on one thread."""

from pathlib import Path

import numpy as np

from bundle import manifest, pairs
from bundle.graph import ATTENTION_MASK, INPUT_IDS, TOKEN_TYPE_IDS
from bundle.onnx_session import one_thread_session
from bundle.pairs import EncodedPair


class Scorer:
    def __init__(self, bundle: Path) -> None:
        self.manifest = manifest.read(bundle)
        self.template = pairs.from_manifest(self.manifest["pair"])
        self.tokenizer = pairs.tokenizer_of(bundle / manifest.TOKENIZER)
        self.sessions = [one_thread_session(bundle / part) for part in manifest.parts(self.manifest)]

    def encode(self, query: str, document: str) -> EncodedPair:
        return self.template.encode(self.tokenizer, query, document, self.manifest["max_tokens"])

    def logit(self, pair: EncodedPair) -> float:
        values = {INPUT_IDS: pair.ids, TOKEN_TYPE_IDS: pair.segments, ATTENTION_MASK: [1] * len(pair.ids)}
        names = self.manifest["inputs"]
        known = {name: np.array([values[role]]) for role, name in names.items() if name is not None}
        for session in self.sessions:
            given = session.run(None, {taken.name: known[taken.name] for taken in session.get_inputs()})
            known |= {output.name: value for output, value in zip(session.get_outputs(), given, strict=True)}
        return manifest.logit(self.manifest["head"], known[self.manifest["output"]][0])
