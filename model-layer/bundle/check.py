"""Compares a bundle's logits for fixed pairs with its source's logits: transformers in fp32, or the ONNX export."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bundle import prompt
from bundle.card import README, write_section
from bundle.checkpoint import Checkpoint
from bundle.collection import JudgedQuery, judged_queries
from bundle.decoder import decoder_of
from bundle.errors import BundleError
from bundle.export import export_of
from bundle.pairs import InstructTemplate
from bundle.reference import ExportReference, PromptedReferenceTokenizer, Reference, ReferenceTokenizer, TransformersReference
from bundle.scorer import Scorer

PAIRS = Path(__file__).parent / "data" / "check.jsonl"


@dataclass(frozen=True)
class RankingTask:
    """The first queries of a test collection. Their ranking shows whether differences between logits matter."""

    collection: Path
    run: Path
    top: int
    queries: int


def check(bundle: Path, source: Path, ranking: RankingTask | None, asked: str | None = None) -> str:
    """
    Returns the report, and writes it into the bundle's README.md, where it replaces an earlier one.

    asked: a decoder's prompt, by its name or file; the one that the bundle has, or the checkpoint's, if left out
    """
    scorer = Scorer(bundle)
    reference, theirs = references(scorer, source, asked)
    queries = [] if ranking is None else judged_queries(ranking.collection, ranking.run, ranking.top, ranking.queries)
    with PAIRS.open(encoding="utf-8") as file:
        texts = [json.loads(line) for line in file]
    pairs = [scorer.encode(text["query"], text["document"]) for text in texts]
    own = [theirs.encode(text["query"], text["document"]) or (pair.ids, pair.segments) for text, pair in zip(texts, pairs, strict=True)]
    other_tokens = sum(ids != pair.ids for (ids, _), pair in zip(own, pairs, strict=True))
    found = np.array([scorer.logit(pair) for pair in pairs])
    expected = np.array([reference.logit(ids, segments) for ids, segments in own])
    if not np.isfinite(found).all() or not np.isfinite(expected).all():
        raise BundleError(f"{bundle} or {source} gives logits that are not numbers (NaN or infinite); expected finite logits")
    off = np.abs(found - expected)
    report = (
        "| pairs | of them truncated | with other tokens | mean difference (logits) | largest | Spearman |\n|---|---|---|---|---|---|\n"
        f"| {len(pairs)} | {sum(pair.truncated for pair in pairs)} | {other_tokens} | {off.mean():.5f} | {off.max():.5f} | "
        f"{spearman(found, expected):.5f} |"
    )
    if ranking is not None:
        report += "\n\n" + ranking_report(scorer, reference, ranking, queries)
    write_section(bundle / README, "parity", f"## Parity with {reference.name}\n\n{report}")
    return report


def references(scorer: Scorer, source: Path, asked: str | None) -> tuple[Reference, ReferenceTokenizer | PromptedReferenceTokenizer]:
    template, window, export = scorer.template, scorer.manifest["max_tokens"], export_of(source)
    if isinstance(template, InstructTemplate):
        checkpoint = Checkpoint(source)
        tokenizer = checkpoint.tokenizer()  # the bundle's has no special tokens
        named = prompt.name_of(template, tokenizer) if asked is None else asked
        expected = prompt.prompt_of(checkpoint, tokenizer, named)
        answers = prompt.answers_of(checkpoint, expected, tokenizer) if decoder_of(checkpoint).answers else None
        return TransformersReference(source, answers), PromptedReferenceTokenizer(source, expected, named, window)
    reference = TransformersReference(source) if export is None else ExportReference(export.file, export.folder)
    return reference, ReferenceTokenizer(reference.folder, template.kind, window)


def ranking_report(scorer: Scorer, reference: Reference, ranking: RankingTask, queries: list[JudgedQuery]) -> str:
    def of_reference(query: str, document: str) -> float:
        pair = scorer.encode(query, document)
        return reference.logit(pair.ids, pair.segments)

    def of_bundle(query: str, document: str) -> float:
        return scorer.logit(scorer.encode(query, document))

    name = ranking.collection.resolve().name.encode("utf-8", "backslashreplace").decode()  # a folder's name may be in another encoding
    expected, found = (sum(q.ndcg(scoring) for q in queries) / len(queries) for scoring in (of_reference, of_bundle))
    return (
        f"| collection | queries | candidates | nDCG@10 {reference.name} | this bundle | difference |\n|---|---|---|---|---|---|\n"
        f"| {name} | {len(queries)} | {ranking.top} | {expected:.4f} | {found:.4f} | "
        f"{relative_difference(found, expected)} |"
    )


def relative_difference(found: float, expected: float) -> str:
    """The difference as a percentage of the expected value."""
    return f"{(found - expected) / expected:+.2%}" if expected else "–"


def spearman(left: np.ndarray, right: np.ndarray) -> float:
    return float(np.corrcoef(ranks(left), ranks(right))[0, 1])


def ranks(values: np.ndarray) -> np.ndarray:
    """The ranks. Equal values get the mean of their ranks."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[which]
