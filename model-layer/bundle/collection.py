"""Computes nDCG@10 of a scorer on a test collection and a first stage's run, like trec_eval."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bundle.counted import counted
from bundle.errors import BundleError
from bundle.json_files import objects_of
from bundle.text_lines import lines_of

DEPTH = 10
TEXTS = {"id": str, "text": str, "title": str | None}
GRADE = re.compile(r"[+-]?[0-9]{1,9}(\.0+)?")
SCORE = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
"""float() also takes nan, 1_0 and the digits of all scripts."""

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
    texts, corpus, grades, candidates = {}, {}, {}, {}
    for place, line in texts_in(collection, "queries.jsonl"):
        _add(texts, line["id"], line["text"], f"{place} has another text")
    for place, line in texts_in(collection, "corpus.jsonl"):
        _add(corpus, line["id"], text_of(line), f"{place} has another text")
    for place, (query, document, grade) in rows(plain_or_gzipped(collection, "qrels.tsv"), "\t", 3):
        _add(grades.setdefault(query, {}), document, grade_of(grade, place), f"{place} has another grade")
    for place, (query, _, document, _, score, _) in rows(run, None, 6):
        _add(candidates.setdefault(query, {}), document, score_of(score, place), f"{place} has another score")
    result = []
    for id, scored in candidates.items():
        if any(grade > 0 for grade in grades.get(id, {}).values()) and len(result) < queries:
            best = sorted(scored, key=lambda document: (scored[document], document), reverse=True)[:top]
            missing = [document for document in best if document not in corpus]
            if id not in texts or missing:
                raise BundleError(f"{run} names {missing[0] if missing else id}, but {collection} does not have it; expected a run on this collection")
            result.append(JudgedQuery(texts[id], {document: corpus[document] for document in best}, grades[id]))
    if not result:
        raise BundleError(f"{run} has no query with a relevant document in {collection}; expected a run on this collection")
    return result


def _add(known: dict[str, Any], key: str, value: Any, problem: str) -> None:
    """Adds what a line says. The line may repeat an earlier one, but not contradict it."""
    if known.setdefault(key, value) != value:
        raise BundleError(f"{problem} for {key} than a line before; expected one")


def text_of(line: dict[str, Any]) -> str:
    return f"{line['title']}. {line['text']}" if line.get("title") else line["text"]


def texts_in(folder: Path, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The lines of a file, each after its place. They have an id, a text and perhaps a title."""
    return objects_of(plain_or_gzipped(folder, name), TEXTS, "an object whose id, text and title, if any, are texts")


def rows(file: Path, separator: str | None, columns: int) -> Iterator[tuple[str, list[str]]]:
    """The lines of a table, each after its place."""
    for place, line in lines_of(file):
        row = line.split(separator)
        if len(row) != columns:
            raise BundleError(f"{place} has {counted(len(row), 'column')}; expected {columns}")
        yield place, row


def grade_of(text: str, place: str) -> int:
    if not GRADE.fullmatch(text.strip()):
        raise BundleError(f"{place} has the grade {text[:40]!r}; expected a whole number with up to 9 digits")
    return int(float(text))


def score_of(text: str, place: str) -> float:
    if not SCORE.fullmatch(text) or not math.isfinite(float(text)):
        raise BundleError(f"{place} has the score {text[:40]!r}; expected a finite number")
    return float(text)


def plain_or_gzipped(folder: Path, name: str) -> Path:
    for file in (folder / name, folder / f"{name}.gz"):
        if file.is_file():
            return file
    raise BundleError(f"{folder} has no {name} or {name}.gz; expected corpus.jsonl, queries.jsonl and qrels.tsv")
