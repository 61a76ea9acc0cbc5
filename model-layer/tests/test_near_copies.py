"""Near copies of passages: each differs from its passage in one place, and none is a negative."""

import json
import lzma
import random
from pathlib import Path

import numpy as np
import pytest

from train.blocks import Blocks
from train.groups import ScoredGroup
from train.mine import BLOCK, KINDS, NEAR_COPY
from train.near_copies import (
    CANDIDATES, NAME, NUMBER, Change, exchanged, near_copies, negated, replaced, with_another_sentence, without_a_sentence, write,
)  # fmt: skip
from train.training_data import TrainingData, is_held_out

TEXT = "In 1903 the wizard Merlin taught young Arthur. He was not old. Later Arthur gave Merlin 12 swords."
OTHER = "Some say that Morgana had 7 cats. They were black."


def made(change: Change, text: str = TEXT) -> set[str | None]:
    return {change(text, OTHER, random.Random(seed)) for seed in range(40)}


def test_a_sentence_goes_or_another_one_stands_there() -> None:
    assert made(without_a_sentence) == {
        "He was not old. Later Arthur gave Merlin 12 swords.",
        "In 1903 the wizard Merlin taught young Arthur. Later Arthur gave Merlin 12 swords.",
        "In 1903 the wizard Merlin taught young Arthur. He was not old.",
    }
    assert "In 1903 the wizard Merlin taught young Arthur. They were black. Later Arthur gave Merlin 12 swords." in made(with_another_sentence)


def test_names_and_numbers_change_places_wherever_they_stand() -> None:
    assert made(exchanged(NAME)) == {"In 1903 the wizard Arthur taught young Merlin. He was not old. Later Merlin gave Arthur 12 swords."}
    assert made(exchanged(NUMBER)) == {"In 12 the wizard Merlin taught young Arthur. He was not old. Later Arthur gave Merlin 1903 swords."}
    assert "In 1903 the wizard Morgana taught young Arthur. He was not old. Later Arthur gave Morgana 12 swords." in made(replaced(NAME))
    assert "In 1903 the wizard Merlin taught young Arthur. He was not old. Later Arthur gave Merlin 7 swords." in made(replaced(NUMBER))


def test_a_not_comes_or_goes() -> None:
    assert made(negated, "He was not old.") == {"He was old."}
    assert made(negated, "They cannot fly.") == {"They can fly."}
    assert made(negated, "Bread is white.") == {"Bread is not white."}


@pytest.mark.parametrize("change", [without_a_sentence, with_another_sentence, exchanged(NAME), exchanged(NUMBER), replaced(NUMBER), negated])
def test_where_there_is_nothing_to_change_nothing_is_made(change: Change) -> None:
    assert made(change, "nothing here") == {None}


def test_copies_are_different_texts() -> None:
    copies = near_copies(TEXT, [OTHER], random.Random(1))
    assert len(copies) == len({TEXT, *copies}) - 1 == CANDIDATES - 1
    assert near_copies("nothing here", [OTHER], random.Random(1)) == []


def test_blocks_refer_to_the_passages_behind_those_of_the_data(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    texts = [f"{TEXT} It has {i} pages." for i in range(9)]
    with lzma.open(tmp_path / "data" / "passages.jsonl.xz", "wt") as file:
        file.writelines(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts))
    with lzma.open(tmp_path / "data" / "triples.jsonl.xz", "wt") as file:
        file.writelines(json.dumps({"q": f"query {i}", "p": i % 9, "n": [], "s": "boolq"}) + "\n" for i in range(BLOCK + 20))
    blocks = Blocks(tmp_path / "candidates").for_recipe({})
    count = write(TrainingData(tmp_path / "data"), BLOCK + 5, tmp_path / "data", tmp_path / "more", blocks)
    more, block = TrainingData(tmp_path / "more"), blocks.read(0)
    assert blocks.numbers() == [0] and count == len(more.passages) == 9 + (BLOCK + 5) * (CANDIDATES - 1)
    assert [more.passages[i] for i in range(9)] == texts
    for query, ids, kinds in zip(block["queries"].tolist(), block["passages"].tolist(), block["kinds"].tolist()):
        assert not is_held_out(query) and ids[0] == more.triples[query].positive and len(set(ids)) == CANDIDATES
        assert [KINDS[kind] for kind in kinds] == ["positive", *[NEAR_COPY] * (CANDIDATES - 1)]
    scores = np.stack([block["cosines"][0], np.arange(CANDIDATES)[::-1].astype(np.float16)])
    assert not ScoredGroup(0, block["passages"][0], block["kinds"][0], scores).negatives().any()
