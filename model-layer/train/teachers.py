"""Teachers whose logits `score.py` keeps: a cross-encoder's bundle or checkpoint, and the readings of a student's start."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from bundle import manifest
from bundle.checkpoint import Checkpoint
from bundle.interaction_model import load_checkpoint
from bundle.pairs import template_of
from bundle.scorer import Scorer
from bundle.transformers_model import SequenceClassifier
from train.apart import Apart
from train.candidate_texts import PASSAGE_TOKENS, QUERY_TOKENS, CandidateTexts, candidate_text, reads_joined
from train.token_ids import Part, by_length, sequences, special, whole_width
from train.training_data import TrainingData

BATCH_TOKENS = {"cpu": 4096, "cuda": 262_144}
HALF = {"cpu": torch.bfloat16, "cuda": torch.float16}
QUERIES_AT_ONCE = 64  # whose candidates' readings are computed together

Reader = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""The logits [queries, candidates] of queries [queries], places in the triples, and of candidates [queries, candidates], ids."""


class BundleTeacher:
    """onnxruntime runs a bundle on the CPU, one pair per run on each thread (int8 is about twice as fast there as bfloat16)."""

    def __init__(self, bundle: Path, threads: int) -> None:
        self.scorer, self.threads = Scorer(bundle), threads
        self.window = self.scorer.manifest["max_tokens"]
        self.sha256 = manifest.graph_sha256(self.scorer.manifest)

    def reader(self, data: TrainingData, queries: np.ndarray, passages: np.ndarray) -> Reader:
        def logits(queries: np.ndarray, passages: np.ndarray) -> np.ndarray:
            texts = [
                (data.triples[query].query, candidate_text(data, passage, reads_joined(data, query)))
                for query, row in zip(queries.tolist(), passages.tolist())
                for passage in row
            ]
            with ThreadPoolExecutor(self.threads) as pool:
                return np.array(list(pool.map(self._logit, texts))).reshape(passages.shape)

        return logits

    def _logit(self, texts: tuple[str, str]) -> float:
        query, passage = (beginning(self.scorer.tokenizer, *each) for each in zip(texts, (QUERY_TOKENS, PASSAGE_TOKENS)))
        return self.scorer.logit(self.scorer.encode(query, passage))


def beginning(tokenizer: Tokenizer, text: str, tokens: int) -> str:
    """The beginning of a text that has this many tokens."""
    offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    return text if len(offsets) <= tokens else text[: offsets[tokens - 1][1]]


class CheckpointTeacher:
    """transformers runs a checkpoint in batches. It has one logit, or two classes, of which the second one is the relevant one."""

    def __init__(self, folder: Path) -> None:
        checkpoint = Checkpoint(folder)
        self.device = device()
        self.model = SequenceClassifier(folder, HALF[self.device]).eval().to(self.device)
        if not self.model.takes_segments:
            raise SystemExit(f"{folder} has no input for segment ids; expected BERT or ELECTRA, or a bundle for other families")
        self.tokenizer = checkpoint.tokenizer()
        self.template = template_of(self.tokenizer)
        self.head = manifest.head(self.model.config.num_labels, relevant=1)
        self.window = whole_width(self.model.config.max_position_embeddings)
        self.sha256 = checkpoint.weights_sha256()

    def reader(self, data: TrainingData, queries: np.ndarray, passages: np.ndarray) -> Reader:
        texts = CandidateTexts(data, self.tokenizer, queries, passages, self.device)

        def logits(queries: np.ndarray, passages: np.ndarray) -> np.ndarray:
            of_queries = texts.query_places(queries).repeat(passages.shape[1])
            return self._logits(texts, of_queries, texts.passage_places(queries, passages).ravel()).reshape(passages.shape)

        return logits

    @torch.inference_mode()
    def _logits(self, texts: CandidateTexts, queries: np.ndarray, passages: np.ndarray) -> np.ndarray:
        """The logits [pairs] of queries and passages at these places, [pairs]. What has no room in the window is cut, as in a bundle."""
        before, between, after = self.template.before, self.template.between, self.template.after
        around = len(before) + len(between) + len(after)
        of_query = np.minimum(texts.queries.lengths[queries], self.window // 2 - len(before) - len(between))
        of_passage = np.minimum(texts.passages.lengths[passages], self.window - around - of_query)
        found = np.empty(len(queries))
        for at in by_length(around + of_query + of_passage, BATCH_TOKENS[self.device]):
            first, second = self.template.segments
            ids, segments, mask = sequences([
                special(before, len(at), self.device, first), Part(texts.queries, queries[at], of_query[at], first),
                special(between, len(at), self.device, first), Part(texts.passages, passages[at], of_passage[at], second),
                special(after, len(at), self.device, second),
            ])  # fmt: skip
            rows = self.model(ids, mask, segments).float().cpu().numpy()
            found[at] = [manifest.logit(self.head, row) for row in rows]
        return found


class ReadingsTeacher:
    """The readings of a checkpoint that encodes query and passage apart, without what it reads from [CLS]."""

    def __init__(self, folder: Path) -> None:
        checkpoint = Checkpoint(folder)
        self.device = device()
        self.model = load_checkpoint(folder).eval().to(self.device)
        self.model.cross = torch.nn.ModuleList()  # readings do not need them
        self.tokenizer = checkpoint.tokenizer()
        self.window = self.model.shape.max_position_embeddings
        self.sha256 = checkpoint.weights_sha256()

    def reader(self, data: TrainingData, queries: np.ndarray, passages: np.ndarray) -> Reader:
        apart = Apart(self.model, template_of(self.tokenizer), CandidateTexts(data, self.tokenizer, queries, passages, self.device))

        @torch.inference_mode()
        def logits(queries: np.ndarray, passages: np.ndarray) -> np.ndarray:
            found = []
            for start in range(0, len(queries), QUERIES_AT_ONCE):
                part = slice(start, start + QUERIES_AT_ONCE)
                with torch.autocast(self.device, dtype=torch.bfloat16):
                    found.append(apart.score(queries[part], passages[part]).readings.cpu().numpy())
            return np.concatenate(found).reshape(passages.shape)

        return logits


Teacher = BundleTeacher | CheckpointTeacher


def teacher_of(folder: Path, threads: int) -> Teacher:
    return BundleTeacher(folder, threads) if (folder / manifest.MANIFEST).is_file() else CheckpointTeacher(folder)


def device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"
