"""Makes candidates that differ from the positive in little, so that a student must read to tell them apart.

    python -m train.near_copies --data DATA --queries 4000 --out MORE --candidates CANDIDATES

A passage is changed in one place: a sentence is left out or stands there from another passage, two names or two numbers change
places, a name or a number of another passage stands in for one, a "not" comes or goes. Whether that makes it a worse answer is
for the teacher to say: near copies are no negatives for the label.

MORE gets the passages and queries of DATA, unchanged and in their places, and behind them the near copies. CANDIDATES gets blocks
of queries with CANDIDATES candidates each (`blocks.py`): the positive, then its near copies. `score.py` and `token_rows.py` go on
from there.
"""

import argparse
import json
import lzma
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bundle.errors import report_errors
from train.blocks import Blocks
from train.mine import BLOCK, KINDS, NEAR_COPY
from train.order import SEED, order_of
from train.training_data import TrainingData, is_held_out

CANDIDATES = 8  # with the positive
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])")
NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+(?: [A-Z][a-z]+)*")  # not at the start of a sentence
NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
VERB = re.compile(r"\b(is|are|was|were|can|does|do|did|has|have|had|will|would|should|must)\b(?! not)")
NOT = re.compile(r"\b(is|are|was|were|can|does|do|did|has|have|had|will|would|should|must) not\b|\b(can)not\b")

Change = Callable[[str, str, random.Random], str | None]
"""Changes the first text, perhaps with parts of the second one; None where there is nothing to change."""


def without_a_sentence(text: str, other: str, rng: random.Random) -> str | None:
    sentences = SENTENCE.split(text)
    if len(sentences) < 2:
        return None
    del sentences[rng.randrange(len(sentences))]
    return " ".join(sentences)


def with_another_sentence(text: str, other: str, rng: random.Random) -> str | None:
    sentences = SENTENCE.split(text)
    if len(sentences) < 2:
        return None
    sentences[rng.randrange(len(sentences))] = rng.choice(SENTENCE.split(other))
    return " ".join(sentences)


def exchanged(kind: re.Pattern[str]) -> Change:
    """Exchanges two different things of a kind, wherever they stand."""

    def change(text: str, other: str, rng: random.Random) -> str | None:
        found = sorted({match[0] for match in kind.finditer(text)})
        if len(found) < 2:
            return None
        first, second = rng.sample(found, 2)
        either = re.compile(rf"\b(?:{re.escape(first)}|{re.escape(second)})\b")
        return either.sub(lambda match: second if match[0] == first else first, text)

    return change


def replaced(kind: re.Pattern[str]) -> Change:
    """Replaces a thing of a kind by one of the other text, wherever it stands."""

    def change(text: str, other: str, rng: random.Random) -> str | None:
        found, others = ({match[0] for match in kind.finditer(each)} for each in (text, other))
        if not found or not others - found:
            return None
        old, new = rng.choice(sorted(found)), rng.choice(sorted(others - found))
        return re.sub(rf"\b{re.escape(old)}\b", lambda match: new, text)

    return change


def negated(text: str, other: str, rng: random.Random) -> str | None:
    with_not, verbs = list(NOT.finditer(text)), list(VERB.finditer(text))
    if with_not and (not verbs or rng.random() < 0.5):
        match = rng.choice(with_not)
        return text[: match.start()] + (match[1] or match[2]) + text[match.end() :]
    if not verbs:
        return None
    match = rng.choice(verbs)
    return f"{text[: match.end()]} not{text[match.end() :]}"


CHANGES: list[Change] = [
    without_a_sentence, with_another_sentence, exchanged(NAME), replaced(NAME), exchanged(NUMBER), replaced(NUMBER), negated,
]  # fmt: skip


def near_copies(text: str, others: list[str], rng: random.Random) -> list[str]:
    """CANDIDATES - 1 different near copies of a text, or fewer if there is not enough to change: each change once, then again."""
    found: list[str] = []
    for _ in range(3):
        for change in rng.sample(CHANGES, len(CHANGES)):
            made = change(text, rng.choice(others), rng)
            if made and made != text and made not in found and len(found) < CANDIDATES - 1:
                found.append(made)
    return found


def write(data: TrainingData, queries: int, folder: Path, out: Path, candidates: Blocks) -> int:
    """Writes the near copies of as many queries, and returns how many passages there are now."""
    rng, passages, groups = random.Random(SEED), dict(data.passages), []
    places = [place for place in order_of(data.triples) if not is_held_out(place)]
    for place in places:
        if len(groups) == queries:
            break
        positive = data.triples[place].positive
        copies = near_copies(data.passages[positive], [data.passages[rng.choice(data.triples).positive] for _ in range(4)], rng)
        if len(copies) == CANDIDATES - 1:
            ids = range(len(passages), len(passages) + len(copies))
            passages.update(zip(ids, copies))
            groups.append((place, [positive, *ids]))
    out.mkdir(parents=True, exist_ok=True)
    with lzma.open(out / "passages.jsonl.xz", "wt", encoding="utf-8", preset=1) as file:
        file.writelines(json.dumps({"id": i, "text": text}, ensure_ascii=False) + "\n" for i, text in passages.items())
    shutil.copy(folder / "triples.jsonl.xz", out)
    kinds = np.array([KINDS.index("positive"), *[KINDS.index(NEAR_COPY)] * (CANDIDATES - 1)], np.uint8)
    for number in range(len(groups) // BLOCK):
        block = groups[number * BLOCK : (number + 1) * BLOCK]
        unknown = np.full((BLOCK, CANDIDATES), np.nan, np.float16)
        candidates.write(
            number, queries=np.array([place for place, _ in block], np.int32), passages=np.array([ids for _, ids in block], np.int32),
            kinds=np.tile(kinds, (BLOCK, 1)), cosines=unknown, shares=unknown,
        )  # fmt: skip
    return len(passages)


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--queries", type=int, required=True, help=f"how many queries, in the order of order.py; whole blocks of {BLOCK} are written")
    parser.add_argument("--out", type=Path, required=True, help="a new folder for the data with the near copies")
    parser.add_argument("--candidates", type=Path, required=True, help="a new folder")
    arguments = parser.parse_args()
    candidates = Blocks(arguments.candidates).for_recipe({"near_copies_of": str(arguments.queries), "candidates": CANDIDATES, "seed": SEED})
    count = write(TrainingData(arguments.data), arguments.queries, arguments.data, arguments.out, candidates)
    print(json.dumps({"passages": count, "blocks": len(candidates.numbers())}))


if __name__ == "__main__":
    main()
