"""A noun is singular for one alone."""

import pytest

from bundle.counted import counted


@pytest.mark.parametrize(
    ("count", "noun", "expected"),
    [(0, "token", "0 tokens"), (1, "token", "1 token"), (2, "token", "2 tokens"), (1, "query", "1 query"), (3, "query", "3 queries"), (1, "class", "1 class"), (3, "class", "3 classes")],
)
def test_a_noun_is_singular_for_one_alone(count: int, noun: str, expected: str) -> None:
    assert counted(count, noun) == expected
