"""How far a bundle's logits are from those of what it was compiled from, over fixed pairs: transformers' in fp32, or the ONNX export's."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bundle.collection import judged
from bundle.errors import BundleError
from bundle.export import export_of
from bundle.reference import ExportReference, Reference, TransformersReference
from bundle.scorer import Scorer

PAIRS = Path(__file__).parent / "data" / "check.jsonl"
BEGIN, END = "<!-- parity -->", "<!-- /parity -->"


@dataclass(frozen=True)
class Ranking:
    """What is ranked to see whether differences of logits matter: a test collection's first queries."""

    collection: Path
    run: Path
    top: int
    queries: int


def check(bundle: Path, source: Path, ranking: Ranking | None) -> str:
    """The report, which also stands in the bundle's README.md, in place of an earlier one."""
    scorer, export = Scorer(bundle), export_of(source)
    reference = TransformersReference(source) if export is None else ExportReference(export.file)
    with PAIRS.open(encoding="utf-8") as file:
        texts = [json.loads(line) for line in file]
    pairs = [scorer.encode(text["query"], text["document"]) for text in texts]
    ours = np.array([scorer.logit(pair) for pair in pairs])
    theirs = np.array([reference.logit(pair.ids, pair.segments) for pair in pairs])
    if not np.isfinite(ours).all() or not np.isfinite(theirs).all():
        raise BundleError(f"{bundle} or {source} gives logits that are no numbers")
    off = np.abs(ours - theirs)
    report = (
        "| pairs | of them truncated | mean difference (logits) | largest | Spearman |\n|---|---|---|---|---|\n"
        f"| {len(pairs)} | {sum(pair.truncated for pair in pairs)} | {off.mean():.5f} | {off.max():.5f} | {spearman(ours, theirs):.5f} |"
    )
    if ranking is not None:
        report += "\n\n" + ranked(scorer, reference, ranking)
    write(bundle / "README.md", reference.name, report)
    return report


def ranked(scorer: Scorer, reference: Reference, ranking: Ranking) -> str:
    queries = judged(ranking.collection, ranking.run, ranking.top, ranking.queries)

    def of_reference(query: str, document: str) -> float:
        pair = scorer.encode(query, document)
        return reference.logit(pair.ids, pair.segments)

    def of_bundle(query: str, document: str) -> float:
        return scorer.logit(scorer.encode(query, document))

    theirs, ours = (sum(q.ndcg(scoring) for q in queries) / len(queries) for scoring in (of_reference, of_bundle))
    return (
        f"| collection | queries | candidates | nDCG@10 {reference.name} | this bundle | difference |\n|---|---|---|---|---|---|\n"
        f"| {ranking.collection.resolve().name} | {len(queries)} | {ranking.top} | {theirs:.4f} | {ours:.4f} | {relative(ours, theirs)} |"
    )


def relative(ours: float, theirs: float) -> str:
    """How much more ours is, in percent of theirs."""
    return f"{(ours - theirs) / theirs:+.2%}" if theirs else "–"


def spearman(left: np.ndarray, right: np.ndarray) -> float:
    return float(np.corrcoef(ranks(left), ranks(right))[0, 1])


def ranks(values: np.ndarray) -> np.ndarray:
    """Equal values share the mean of their ranks."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[which]


def write(readme: Path, reference: str, report: str) -> None:
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2].lstrip("\n")
    section = f"{BEGIN}\n## Parity with {reference}\n\n{report}\n{END}\n"
    readme.write_text(f"{before.rstrip()}\n\n{section}{after}".lstrip("\n"), encoding="utf-8")
