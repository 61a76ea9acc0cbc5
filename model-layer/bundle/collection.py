"""Computes nDCG@10 of a scorer on a test collection and a first stage's run, like trec_eval."""

import gzip
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from bundle.counted import counted
from bundle.errors import BundleError
from bundle.json_files import parsed

DEPTH = 10

Scoring = Callable[[str, str], float]
"""The logit of a query and a document."""


@dataclass(frozen=True)
class JudgedQuery:
    """A query, its best candidates, and the grade of each judged document."""

    query: str
    documents: dict[str, str]
    grades: dict[str, int]

    def ndcg(self, scoring: Scoring) -> float:
        scores = {id: scoring(self.query, text) for id, text in self.documents.items()}
        order = sorted(scores, key=lambda id: (scores[id], id), reverse=True)
        best = discounted_gain(sorted(self.grades.values(), reverse=True))
        return discounted_gain([self.grades.get(id, 0) for id in order]) / best


def discounted_gain(grades: list[int]) -> float:
    return sum(max(grade, 0) / math.log2(place + 2) for place, grade in enumerate(grades[:DEPTH]))


def judged_queries(collection: Path, run: Path, top: int, queries: int) -> list[JudgedQuery]:
    """The run's first queries with a relevant document, in the run's order."""
    texts = {line["id"]: line["text"] for line in json_lines(collection, "queries.jsonl")}
    corpus = {line["id"]: text_of(line) for line in json_lines(collection, "corpus.jsonl")}
    grades: dict[str, dict[str, int]] = {}
    for row in rows(plain_or_gzipped(collection, "qrels.tsv"), "\t", 3, (2, int)):
        grades.setdefault(row[0], {})[row[1]] = int(row[2])
    candidates: dict[str, list[tuple[float, str]]] = {}
    for row in rows(run, None, 6, (4, float)):
        candidates.setdefault(row[0], []).append((float(row[4]), row[2]))
    result = []
    for id, scored in candidates.items():
        if any(grade > 0 for grade in grades.get(id, {}).values()) and len(result) < queries:
            best = [document for _, document in sorted(scored, reverse=True)[:top]]
            missing = [document for document in best if document not in corpus]
            if id not in texts or missing:
                raise BundleError(f"{run} names {missing[0] if missing else id}, but {collection} does not have it; expected a run on this collection")
            result.append(JudgedQuery(texts[id], {document: corpus[document] for document in best}, grades[id]))
    if not result:
        raise BundleError(f"{run} has no query with a relevant document in {collection}; expected a run on this collection")
    return result


def text_of(line: dict[str, str]) -> str:
    return f"{line['title']}. {line['text']}" if line.get("title") else line["text"]


def json_lines(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The lines of a file, which have an id, a text and perhaps a title."""
    path = plain_or_gzipped(folder, name)
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            value = parsed(line, f"{path}:{number}")
            if not _has_texts(value):
                raise BundleError(f"{path}:{number} is {line[:40].strip()!r}; expected an object whose id, text and title, if any, are texts")
            yield value


def _has_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in (value.get("id"), value.get("text"), value.get("title") or ""))


def rows(file: Path, separator: str | None, columns: int, numeric: tuple[int, type[int] | type[float]]) -> Iterator[list[str]]:
    """
    The lines of a table.

    numeric: a column that has numbers, and their type
    """
    column, kind = numeric
    with open_text(file) as text:
        for number, line in enumerate(text, start=1):
            row = line.rstrip("\n").split(separator)
            if len(row) != columns:
                raise BundleError(f"{file}:{number} has {counted(len(row), 'column')}; expected {columns}")
            try:
                kind(row[column])
            except ValueError as e:
                raise BundleError(f"{file}:{number} has {row[column]!r} in column {column + 1}; expected a number") from e
            yield row


def plain_or_gzipped(folder: Path, name: str) -> Path:
    for file in (folder / name, folder / f"{name}.gz"):
        if file.is_file():
            return file
    raise BundleError(f"{folder} has no {name} or {name}.gz; expected corpus.jsonl, queries.jsonl and qrels.tsv")


def open_text(file: Path) -> TextIO:
    try:
        return gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8")
    except OSError as e:
        raise BundleError(f"{file} cannot be read: {e.strerror}") from e
