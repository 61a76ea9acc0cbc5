"""Scores pairs with a bundle in the same way as the function: one pair per run, on one thread."""

from functools import lru_cache
from pathlib import Path

import numpy as np

from bundle import manifest, pairs
from bundle.errors import BundleError, first_line
from bundle.graph import ATTENTION_MASK, INPUT_IDS, TOKEN_TYPE_IDS, past, present
from bundle.onnx_session import one_thread_session
from bundle.pairs import EncodedPair

Values = dict[str, np.ndarray]
REMEMBERED = 4
"""How many runs of shared beginnings are remembered: the prompt's beginning, and the last requests."""


class Scorer:
    def __init__(self, bundle: Path) -> None:
        self.manifest = manifest.read(bundle)
        self._shared = lru_cache(REMEMBERED)(self._after)
        try:
            self.template = pairs.from_manifest(self.manifest["pair"])
            self.tokenizer = pairs.tokenizer_of(bundle / manifest.TOKENIZER)
            parts = manifest.parts(self.manifest)
            self.sessions = [one_thread_session(bundle / part, keeps_memory=len(parts) == 1) for part in parts]
            self.logit(self.encode("query", "document"))
        except BundleError:
            raise
        except Exception as e:  # each wrong field of the manifest fails in its own way
            raise BundleError(
                f"{bundle} cannot score a pair ({type(e).__name__}: {first_line(e)}); expected a {manifest.MANIFEST} that fits the other files: "
                "compile the model again"
            ) from e

    def encode(self, query: str, document: str) -> EncodedPair:
        return self.template.encode(self.tokenizer, query, document, self.manifest["max_tokens"])

    def logit(self, pair: EncodedPair) -> float:
        values = self._after(tuple(pair.ids), pair.shared) if "decoder" in self.manifest else self._run(
            {INPUT_IDS: pair.ids, TOKEN_TYPE_IDS: pair.segments, ATTENTION_MASK: [1] * len(pair.ids)}, {}
        )  # fmt: skip
        return manifest.logit(self.manifest["head"], values[self.manifest["output"]][0])

    def _after(self, ids: tuple[int, ...], shared: tuple[int, ...]) -> Values:
        """A decoder's values after these tokens. Shared beginnings are runs of their own, as in the function."""
        begin = shared[-1] if shared else 0
        before = self._shared(ids[:begin], shared[:-1]) if shared else self._nothing()
        return self._run({INPUT_IDS: ids[begin:]}, {past(i, kind): before[present(i, kind)] for i, kind in self._caches()})

    def _nothing(self) -> Values:
        decoder = self.manifest["decoder"]
        empty = np.zeros((1, decoder["key_value_heads"], 0, decoder["head_size"]), np.float32)
        return {present(i, kind): empty for i, kind in self._caches()}

    def _caches(self) -> list[tuple[int, str]]:
        return [(i, kind) for i in range(self.manifest["decoder"]["layers"]) for kind in ("key", "value")]

    def _run(self, tokens: dict[str, list[int] | tuple[int, ...]], others: Values) -> Values:
        """All values that the parts of the graph make."""
        known = others | {name: np.array([tokens[role]]) for role, name in self.manifest["inputs"].items() if name is not None}
        for session in self.sessions:
            given = session.run(None, {taken.name: known[taken.name] for taken in session.get_inputs()})
            known |= {output.name: value for output, value in zip(session.get_outputs(), given, strict=True)}
        return known
