"""Weights of the teachers for each kind of query, chosen on training queries that no teacher has learned from.

    python -m train.ensemble --data DATA --candidates CANDIDATES --scores SCORES/l12 SCORES/bge --out ENSEMBLE.json

The teachers are the bi-encoder and BM25, which mined the candidates, and one for each folder of scores. Each kind of query
(`order.py`) has weights of its own, because a teacher that leads on questions may be the last on forums. Each teacher's scores
are divided by their standard deviation over the kind's candidates, then weighted and summed. The command tries all weights of
GRID and takes those with the highest mean reciprocal rank of the positive. A teacher that has not scored all queries of a kind
has no weight there. With --held-out only held-out queries count: use it when a teacher was trained on the others. They are a
64th of all, so with few blocks their figures are noisy.

Only candidates from BM25 and random ones count here, because BM25 is the usual first stage. The candidates from the
bi-encoder are its own mistakes, and with them it would look worse than it is.

`student.py` reads ENSEMBLE.json.
"""

import argparse
import itertools
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bundle.errors import BundleError, report_errors
from bundle.json_files import json_of
from train.groups import ScoredGroup, groups_of, teachers_of
from train.mine import KINDS
from train.order import kind_of
from train.training_data import TrainingData, is_held_out

GRID = (0.0, 0.25, 0.5, 1.0)
DEVIATION = 4.5  # of the targets over a kind's candidates, about that of a cross-encoder's logits
BEST_SHOWN = 3
COUNTED = [place for place, kind in enumerate(KINDS) if not kind.startswith("bi-encoder")]


@dataclass(frozen=True)
class Ensemble:
    teachers: list[str]
    factors: dict[str, list[float]]
    """What each teacher's scores are multiplied by, for each kind of query; 0 where a teacher has not scored all of them."""

    def targets(self, kind: str, scores: np.ndarray) -> np.ndarray:
        """The weighted sum [candidates] of scores [teachers, candidates]; more dimensions may come first."""
        if kind not in self.factors:
            raise SystemExit(f"the ensemble has no weights for {kind}; expected {', '.join(self.factors)}: make it anew with train.ensemble")
        factors = np.array(self.factors[kind], np.float32)
        used = factors != 0
        return np.einsum("t,...tc->...c", factors[used], scores[..., used, :])

    def save(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def load_ensemble(file: Path, teachers: list[str]) -> Ensemble:
    """Reads an ensemble, which must be for these teachers."""
    match json_of(file):
        case {"teachers": [*known], "factors": {**factors}}:
            ensemble = Ensemble(known, factors)
        case _:
            raise BundleError(f"{file} has no teachers and factors; expected a file that train.ensemble wrote")
    if known != teachers:
        raise SystemExit(f"{file} has weights for {', '.join(map(str, known))}; expected {', '.join(teachers)}, the teachers with scores")
    return ensemble


def factors_of(weights: list[float], scores: np.ndarray) -> list[float]:
    """Of weights of standardised scores [groups, teachers, candidates]. The targets' deviation becomes DEVIATION."""
    used = [place for place, weight in enumerate(weights) if weight]
    factors = np.array([weights[place] for place in used]) / scores[:, used].std(axis=(0, 2))
    sums = np.einsum("t,gtc->gc", factors, scores[:, used])
    found = np.zeros(len(weights))
    found[used] = factors * DEVIATION / sums.std()
    return found.tolist()


def positive_ranks(targets: np.ndarray, counted: np.ndarray | bool = True) -> np.ndarray:
    """
    The rank of the positive, from 1, among the counted candidates (default: all) of each row of targets [groups, candidates].
    Candidates with an equal score count as better.
    """
    return 1 + ((targets >= targets[:, :1]) & counted)[:, 1:].sum(axis=1)


@dataclass(frozen=True)
class Tried:
    weights: list[float]
    first: float
    """How often the positive is first."""
    mrr: float
    """Its mean reciprocal rank."""


def grid(able: list[bool]) -> list[list[float]]:
    """Weights to try, 0 for the teachers that are not able; the greatest weight is 1. Each teacher alone comes first."""
    choices = [GRID if each else (0.0,) for each in able]
    found = [list(weights) for weights in itertools.product(*choices) if max(weights) == 1]
    return sorted(found, key=lambda weights: sum(weight > 0 for weight in weights) > 1)


def tried_on(scores: np.ndarray, counted: np.ndarray) -> list[Tried]:
    """All weights of the grid on scores [groups, teachers, candidates]; counted is [groups, candidates]."""
    able = [not np.isnan(of_teacher).any() for of_teacher in np.moveaxis(scores, 1, 0)]
    deviations = scores.std(axis=(0, 2))
    found = []
    for weights in grid(able):
        used = [place for place, weight in enumerate(weights) if weight]
        standard = np.array([weights[place] / deviations[place] for place in used], np.float32)
        ranks = positive_ranks(np.einsum("t,gtc->gc", standard, scores[:, used]), counted)
        found.append(Tried(weights, float((ranks == 1).mean()), float((1 / ranks).mean())))
    return found


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--candidates", type=Path, required=True, help="what train.mine wrote")
    parser.add_argument("--scores", type=Path, required=True, nargs="+", help="a folder for each teacher, of train.score or train.cosine")
    parser.add_argument("--out", type=Path, required=True, help="a JSON file")
    parser.add_argument("--held-out", action="store_true", help="choose on held-out queries alone")
    arguments = parser.parse_args()
    teachers, data = teachers_of(arguments.scores), TrainingData(arguments.data)
    groups: dict[str, list[ScoredGroup]] = {}
    for group in groups_of(arguments.candidates, arguments.scores):
        if is_held_out(group.query) or not arguments.held_out:
            groups.setdefault(kind_of(data.triples[group.query]), []).append(group)
    if not groups:
        raise SystemExit("no query is scored, or held out; score more blocks first")
    factors = {}
    print(" | ".join(["kind", "queries", "weights of " + ", ".join(teachers), "first", "mean reciprocal rank"]))
    for kind, of_kind in sorted(groups.items()):
        scores = np.stack([group.scores for group in of_kind])
        tried = tried_on(scores, np.isin(np.stack([group.kinds for group in of_kind]), COUNTED))
        alone = [row for row in tried if sum(weight > 0 for weight in row.weights) == 1]
        best = sorted(tried, key=lambda row: -row.mrr)[:BEST_SHOWN]
        for row in [*alone, *best]:
            weights = ", ".join(f"{weight:g}" for weight in row.weights)
            print(" | ".join([kind, str(len(of_kind)), weights, f"{row.first:.3f}", f"{row.mrr:.3f}"]))
        factors[kind] = factors_of(best[0].weights, scores)
    Ensemble(teachers, factors).save(arguments.out)


if __name__ == "__main__":
    main()
