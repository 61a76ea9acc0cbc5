"""Which words count as the same in BM25's share."""

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers

pytest.importorskip("snowballstemmer")
from train.words import stems_of, words_of  # noqa: E402

VOCABULARY = ["[UNK]", "run", "running", "runs", "##s", "café", "cafés", "3", "runner"]


@pytest.fixture
def tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def test_words_with_one_stem_count_as_the_first_of_them(tokenizer: Tokenizer) -> None:
    assert stems_of(tokenizer).tolist() == [0, 1, 1, 1, 4, 5, 6, 7, 8]


def test_the_stem_decides_how_rare_a_word_is(tokenizer: Tokenizer) -> None:
    words = words_of(iter(["run runs", "running 3", "3", "runner"]), tokenizer, batch=3)
    assert words.texts == 4
    assert words.counts.tolist() == [0, 2, 2, 2, 0, 0, 0, 2, 1]
    idf = words.idf()
    assert idf[1] == pytest.approx(torch.tensor(1 + 2.5 / 2.5).log().item())
    assert idf[8] > idf[1]
