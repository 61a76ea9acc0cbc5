"""Writes two sentence encoders' vectors of training texts into a file for `tune.py`.

    python -m train.vectors --data DIR --minilm all-minilm-l6-v2-q.onnx --bge bge-small-en-v1.5-q.onnx \\
        --tokenizer tokenizer.json --groups 6000 --out vectors.pt

The ONNX files are the quantised ones in LangChain4j's embedding artefacts on Maven Central. The file contains, in half precision,
    passages  {id: [768]}        MiniLM's vector followed by BGE's, each with length 1
    queries   {query: [768]}     the same
    groups    [(query, [ids])]   the positive first
"""

import argparse
import time
from itertools import islice
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer

from bundle.counted import counted
from bundle.errors import report_errors
from bundle.onnx_session import one_thread_session
from bundle.pairs import tokenizer_of
from train.batches import CLS, MAX_QUERY_TOKENS, SEP
from train.bi_encoder import BGE_QUERY
from train.train import NEGATIVES
from train.training_data import TrainingData

WINDOW = 162
SEED = 424242


class SentenceEncoders:
    def __init__(self, minilm: Path, bge: Path, tokenizer: Tokenizer) -> None:
        self.minilm, self.bge = one_thread_session(minilm), one_thread_session(bge)
        self.tokenizer = tokenizer
        self.before_query = self.ids(BGE_QUERY)

    def ids(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def query(self, text: str) -> np.ndarray:
        ids = self.ids(text)[:MAX_QUERY_TOKENS]
        return self.both(ids, [*self.before_query, *ids])

    def passage(self, text: str) -> np.ndarray:
        ids = self.ids(text)[: WINDOW - 2]
        return self.both(ids, ids)

    def both(self, minilm_ids: list[int], bge_ids: list[int]) -> np.ndarray:
        parts = rows(self.minilm, minilm_ids).mean(0), rows(self.bge, bge_ids)[0]
        return np.concatenate([part / np.linalg.norm(part) for part in parts]).astype(np.float16)


def rows(session: onnxruntime.InferenceSession, ids: list[int]) -> np.ndarray:
    """The last layer, [tokens, hidden]."""
    given = np.array([[CLS, *ids, SEP]])
    fed = {"input_ids": given, "token_type_ids": np.zeros_like(given), "attention_mask": np.ones_like(given)}
    return session.run(None, fed)[0][0]


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--minilm", type=Path, required=True)
    parser.add_argument("--bge", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--groups", type=int, required=True, help=f"queries with {NEGATIVES + 1} candidates each")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    tokenizer = tokenizer_of(arguments.tokenizer)
    encoders = SentenceEncoders(arguments.minilm, arguments.bge, tokenizer)
    data = TrainingData(arguments.data)
    passages, queries, groups = {}, {}, []
    started = time.monotonic()
    for group in islice(data.groups(NEGATIVES, SEED), arguments.groups):
        queries[group.query] = encoders.query(group.query)
        for i in group.ids:
            if i not in passages:
                passages[i] = encoders.passage(data.passages[i])
        groups.append((group.query, group.ids))
        if len(groups) % 500 == 0:
            print(f"{counted(len(groups), 'group')}, {counted(len(passages), 'passage')}, {time.monotonic() - started:.0f} s", flush=True)
    saved = {name: {key: torch.from_numpy(v) for key, v in of.items()} for name, of in (("passages", passages), ("queries", queries))}
    torch.save(saved | {"groups": groups}, arguments.out)


if __name__ == "__main__":
    main()
