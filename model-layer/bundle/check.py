"""How far a bundle's logits are from transformers' in fp32, over fixed pairs."""

import json
from pathlib import Path

import numpy as np

from bundle.errors import BundleError
from bundle.reference import Reference
from bundle.scorer import Scorer

PAIRS = Path(__file__).parent / "data" / "check.jsonl"
BEGIN, END = "<!-- parity -->", "<!-- /parity -->"


def check(bundle: Path, checkpoint: Path) -> str:
    """The report, which also stands in the bundle's README.md, in place of an earlier one."""
    scorer, reference = Scorer(bundle), Reference(checkpoint)
    with PAIRS.open(encoding="utf-8") as file:
        texts = [json.loads(line) for line in file]
    pairs = [scorer.encode(text["query"], text["document"]) for text in texts]
    ours = np.array([scorer.logit(pair) for pair in pairs])
    theirs = np.array([reference.logit(pair.ids, pair.segments) for pair in pairs])
    if not np.isfinite(ours).all() or not np.isfinite(theirs).all():
        raise BundleError(f"{bundle} or {checkpoint} gives logits that are no numbers")
    off = np.abs(ours - theirs)
    report = (
        "| pairs | of them truncated | mean difference (logits) | largest | Spearman |\n|---|---|---|---|---|\n"
        f"| {len(pairs)} | {sum(pair.truncated for pair in pairs)} | {off.mean():.5f} | {off.max():.5f} | {spearman(ours, theirs):.5f} |"
    )
    write(bundle / "README.md", report)
    return report


def spearman(left: np.ndarray, right: np.ndarray) -> float:
    return float(np.corrcoef(ranks(left), ranks(right))[0, 1])


def ranks(values: np.ndarray) -> np.ndarray:
    """Equal values share the mean of their ranks."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[which]


def write(readme: Path, report: str) -> None:
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2].lstrip("\n")
    section = f"{BEGIN}\n## Parity with transformers\n\n{report}\n{END}\n"
    readme.write_text(f"{before.rstrip()}\n\n{section}{after}".lstrip("\n"), encoding="utf-8")
