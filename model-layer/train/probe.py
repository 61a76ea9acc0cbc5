"""Minimal pairs: does a model prefer the passage with the answer to a passage that differs in a few words?

    python -m train.probe models/snap-base models/snap-tiny TEACHER

Prints a table with a row for each kind of pair and a column for each bundle. A cell contains:

- the share of pairs in which the passage with the answer has the higher logit;
- the share of twins in which this is true for both queries ("–" for a kind without twins);
- the mean margin in logits: the answer's logit minus the other passage's logit.

Twins are two queries with the same two passages; each query has another right passage. A model that does not compare query
and passage is right in half of these pairs, but in no twins. With --wrong, the command also prints the pairs that a bundle
gets wrong, the worst first.
"""

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from bundle.errors import report_errors
from bundle.json_files import objects_of
from bundle.scorer import Scorer

PROBES = Path(__file__).parent.parent / "probes" / "pairs.jsonl"
ALL = "all"

Scoring = Callable[[str, str], float]
"""The logit of a query and a passage."""


@dataclass(frozen=True)
class Probe:
    """A query, a passage that answers it, and one that does not. Probes with the same number in `set` are twins."""

    set: int
    kind: str
    domain: str
    query: str
    right: str
    wrong: str


@dataclass(frozen=True)
class Finding:
    probe: Probe
    margin: float  # the right passage's logit minus the wrong one's

    @property
    def correct(self) -> bool:
        return self.margin > 0


@dataclass(frozen=True)
class Figures:
    """The figures for probes of one kind. `twins` is None if there are no twins."""

    correct: float
    twins: float | None
    margin: float

    def __str__(self) -> str:
        return f"{self.correct:.2f} / {'–' if self.twins is None else f'{self.twins:.2f}'} / {self.margin:+.2f}"


def probes_of(file: Path) -> list[Probe]:
    types = {field.name: field.type for field in fields(Probe)}
    expected = f"an object with the number set and the texts {', '.join(name for name in types if name != 'set')}"
    return [Probe(*(found[name] for name in types)) for _, found in objects_of(file, types, expected)]


def findings_of(probes: list[Probe], logit: Scoring) -> list[Finding]:
    return [Finding(probe, logit(probe.query, probe.right) - logit(probe.query, probe.wrong)) for probe in probes]


def figures_of(findings: list[Finding]) -> Figures:
    sets: dict[int, list[bool]] = {}
    for finding in findings:
        sets.setdefault(finding.probe.set, []).append(finding.correct)
    twins = [all(both) for both in sets.values() if len(both) == 2]
    return Figures(
        correct=sum(finding.correct for finding in findings) / len(findings),
        twins=sum(twins) / len(twins) if twins else None,
        margin=sum(finding.margin for finding in findings) / len(findings),
    )


def figures_by_kind(findings: list[Finding]) -> dict[str, Figures]:
    """The figures for each kind, and for all probes together."""
    kinds = dict.fromkeys(finding.probe.kind for finding in findings)
    parts = {kind: [finding for finding in findings if finding.probe.kind == kind] for kind in kinds} | {ALL: findings}
    return {kind: figures_of(part) for kind, part in parts.items()}


def table(findings: dict[str, list[Finding]]) -> str:
    """The table as Markdown. findings: each bundle's findings, by its name"""
    figures = {name: figures_by_kind(found) for name, found in findings.items()}
    counted = next(iter(findings.values()))
    kinds = {kind: sum(kind in (ALL, finding.probe.kind) for finding in counted) for kind in next(iter(figures.values()))}
    rows = [[kind, str(count), *(str(by_kind[kind]) for by_kind in figures.values())] for kind, count in kinds.items()]
    return "\n".join(map(markdown_row, [["kind", "pairs", *figures], ["---"] * (2 + len(figures)), *rows]))


def markdown_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundles", type=Path, nargs="+", metavar="BUNDLE", help="the folder of a bundle that `bundle compile` wrote")
    parser.add_argument("--probes", type=Path, default=PROBES, help="a file of JSON lines (default: %(default)s)")
    parser.add_argument("--wrong", action="store_true", help="also print the pairs that each bundle gets wrong")
    arguments = parser.parse_args()
    probes, findings = probes_of(arguments.probes), {}
    for bundle in arguments.bundles:
        scorer = Scorer(bundle)
        name = scorer.manifest["id"]
        if name in findings:
            parser.error(f"two bundles have the id {name}; expected different ids, see `bundle compile --id`")
        findings[name] = findings_of(probes, lambda query, passage, scorer=scorer: scorer.logit(scorer.encode(query, passage)))
    print(table(findings))
    if arguments.wrong:
        for name, found in findings.items():
            print(f"\n{name}")
            for finding in sorted((finding for finding in found if not finding.correct), key=lambda finding: finding.margin):
                probe = finding.probe
                print(f"{finding.margin:+.2f} {probe.kind} {probe.set}: {probe.query}\n  right: {probe.right}\n  wrong: {probe.wrong}")


if __name__ == "__main__":
    main()
