"""Training pairs of Python functions: which functions and packages count, and that the data before them stay as they were."""

import json
import lzma
import random
import subprocess
import sys
from pathlib import Path

import pytest

from train.functions import Function, functions_in, is_open, query_of
from train.training_data import TrainingData, read_lines

SOURCE = '''
def is_blank(text):
    """Check whether a text has only white space. More about it.

    Longer."""
    stripped = text.strip()
    return not stripped

def undocumented(text):
    return text * 2 if text else "nothing at all, and nothing more than that, for sixty characters"

class Shelf:
    def __init__(self, books):
        """Make a shelf of all these many books."""
        self.books = books

    def by_author(self, name):
        """Find the books that one author wrote"""
        return [
            book for book in self.books if book.author == name
        ]
'''


def test_a_function_is_one_line_with_and_without_its_docstring() -> None:
    blank, by_author = sorted(functions_in(SOURCE), key=lambda function: function.name, reverse=True)
    assert blank.sentence == "Check whether a text has only white space"
    assert blank.bare == "def is_blank(text): stripped = text.strip() return not stripped"
    assert blank.documented.startswith('def is_blank(text): """Check whether') and "Longer." in blank.documented
    assert by_author.name == "by_author"  # not __init__, not the one without a docstring
    assert by_author.bare == "def by_author(self, name): return [ book for book in self.books if book.author == name ]"


def test_queries_are_sentences_keywords_and_names() -> None:
    function = Function("isBlank_text2", "Check whether a text has only white space", "", "")
    queries = {query_of(function, random.Random(seed)) for seed in range(60)}
    assert "Check whether a text has only white space" in queries
    assert {"python is blank text 2", "is blank text 2 in python"} <= queries
    assert any(query.startswith("python check whether text has") for query in queries)


@pytest.mark.parametrize(
    ("licence", "wanted"),
    [("MIT", True), ("BSD-3-Clause", True), ("OSI Approved :: Apache Software License", True), ("GPL-3.0", False), ("MPL-2.0", False),
     ("LGPL; MIT", False), ("", False), ("Proprietary", False)],
)  # fmt: skip
def test_only_packages_with_open_licences_count(licence: str, wanted: bool) -> None:
    assert is_open(licence) == wanted


def test_functions_come_behind_the_data_which_stay_as_they_were(tmp_path: Path) -> None:
    for name, licence in (("shelf", "MIT"), ("closed", "GPL-3.0-only")):
        facts = tmp_path / "packages" / f"{name}-1.0.dist-info"
        facts.mkdir(parents=True)
        (facts / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\nLicense-Expression: {licence}\n")
        (facts / "RECORD").write_text(f"{name}.py,,\ntests/test_{name}.py,,\n")
        (tmp_path / "packages" / f"{name}.py").write_text(SOURCE)
    data = tmp_path / "data"
    data.mkdir()
    old = {"passages": [{"id": 0, "text": "Yeast."}], "triples": [{"q": "bread", "p": 0, "n": [], "s": "boolq"}]}
    for name, rows in old.items():
        with lzma.open(data / f"{name}.jsonl.xz", "wt") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    command = [sys.executable, "-m", "train.functions", tmp_path / "packages", "--data", data, "--out", tmp_path / "more"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "left out: closed 1.0 (GPL-3.0-only)" in done.stdout
    assert list(read_lines(tmp_path / "more" / "passages.jsonl.xz"))[:1] == old["passages"]
    more = TrainingData(tmp_path / "more")
    assert [triple.source for triple in more.triples] == ["boolq", "python-functions", "python-functions"]
    assert [triple.positive for triple in more.triples] == [0, 1, 2] and "is_blank" in more.passages[1] + more.passages[2]
    packages = json.loads((tmp_path / "more" / "packages.json").read_text())
    assert packages == [{"package": "shelf", "version": "1.0", "licence": "MIT", "functions": 2}]
