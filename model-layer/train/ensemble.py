"""Chooses the teachers' weights on training queries that no teacher was trained on.

    python -m train.ensemble --data DATA --candidates CANDIDATES --scores SCORES/l12 --out ENSEMBLE.json

The teachers are the bi-encoder and BM25, which mined the candidates, and one teacher for each folder of scores. Each teacher's
scores are divided by their standard deviation over all candidates, then weighted and summed. The first folder's teacher has
the weight 1; the command tries GRID for the others. It chooses the weights with the highest mean reciprocal rank of the
positive, averaged over the kinds of sources (`order.py`), and prints a table. With --held-out, only held-out queries count.
Use it if a teacher was trained on the other queries. One query in 64 is held out, so with few blocks the figures are noisy.

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

from train.groups import MINERS, ScoredGroup, groups_of, teachers_of
from train.mine import KINDS
from train.order import KIND_OF
from train.training_data import TrainingData, is_held_out

GRID = (0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5)
DEVIATION = 4.5  # the targets' standard deviation over all candidates, about the same as of a cross-encoder's logits
BEST_SHOWN = 6
COUNTED = [place for place, kind in enumerate(KINDS) if not kind.startswith("bi-encoder")]
OTHER_KIND = "other"


@dataclass(frozen=True)
class Ensemble:
    teachers: list[str]
    factors: list[float]
    """The factor for each teacher's scores."""

    def targets(self, scores: np.ndarray) -> np.ndarray:
        """The weighted sum [candidates] of scores [teachers, candidates]; more dimensions may come first."""
        return np.einsum("t,...tc->...c", np.array(self.factors, np.float32), scores)

    def save(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def load_ensemble(file: Path, teachers: list[str]) -> Ensemble:
    """Reads an ensemble, which must be for these teachers."""
    ensemble = Ensemble(**json.loads(file.read_text(encoding="utf-8")))
    if ensemble.teachers != teachers:
        raise SystemExit(f"{file} has weights for {', '.join(ensemble.teachers)}; expected {', '.join(teachers)}, the teachers with scores")
    return ensemble


def weighted(teachers: list[str], weights: list[float], scores: np.ndarray) -> Ensemble:
    """The ensemble for weights of standardised scores [groups, teachers, candidates]. The targets' deviation becomes DEVIATION."""
    factors = np.array(weights) / scores.std(axis=(0, 2))
    sums = np.einsum("t,gtc->gc", factors, scores)
    return Ensemble(teachers, (factors * DEVIATION / sums.std()).tolist())


def positive_ranks(targets: np.ndarray, counted: np.ndarray | bool = True) -> np.ndarray:
    """
    The rank of the positive, from 1, among the counted candidates (default: all) of each row of targets [groups, candidates].
    Candidates with an equal score count as better.
    """
    return 1 + ((targets >= targets[:, :1]) & counted)[:, 1:].sum(axis=1)


@dataclass(frozen=True)
class Figures:
    """The figures for groups of one kind: how often the positive is first, and its mean reciprocal rank."""

    first: float
    mrr: float


def figures_by_kind(ranks: np.ndarray, kinds: np.ndarray) -> dict[str, Figures]:
    """The figures for each kind in `kinds` [groups], and their plain average as "all". ranks [groups]: the positives' ranks"""
    found = {
        str(kind): Figures(float((ranks[kinds == kind] == 1).mean()), float((1 / ranks[kinds == kind]).mean()))
        for kind in sorted(set(kinds.tolist()))
    }
    average = Figures(*(float(np.mean([getattr(f, name) for f in found.values()])) for name in ("first", "mrr")))
    return {"all": average} | found


def grid(teachers: int) -> list[list[float]]:
    """The weights to try. First each teacher alone, then combinations in which the first cross-encoder has weight 1."""
    alone = [[float(i == j) for j in range(teachers)] for i in range(teachers)]
    choices = [(1.0,) if i == len(MINERS) else GRID for i in range(teachers)]
    return alone + [list(weights) for weights in itertools.product(*choices) if list(weights) not in alone]


def row_of(weights: list[float], figures: dict[str, Figures], held_out: dict[str, Figures]) -> str:
    cells = [f"{f.first:.3f} {f.mrr:.3f}" for f in [*figures.values(), held_out["all"]]]
    return " | ".join([", ".join(f"{weight:g}" for weight in weights), *cells])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--candidates", type=Path, required=True, help="the folder that train.mine wrote")
    parser.add_argument("--scores", type=Path, required=True, nargs="+", help="the folders that train.score wrote, one for each teacher")
    parser.add_argument("--out", type=Path, required=True, help="the JSON file to write")
    parser.add_argument("--held-out", action="store_true", help="choose on held-out queries only")
    arguments = parser.parse_args()
    teachers, data = teachers_of(arguments.scores), TrainingData(arguments.data)
    groups: list[ScoredGroup] = list(groups_of(arguments.candidates, arguments.scores))
    scores = np.stack([group.scores for group in groups])
    counted = np.isin(np.stack([group.kinds for group in groups]), COUNTED)
    kinds = np.array([KIND_OF.get(data.triples[group.query].source, OTHER_KIND) for group in groups])
    held_out = np.array([is_held_out(group.query) for group in groups])
    if not held_out.any():
        raise SystemExit(f"none of the {len(groups)} scored queries is held out; run train.score on more blocks first")
    chosen = held_out if arguments.held_out else np.ones_like(held_out)
    tried = []
    for weights in grid(len(teachers)):
        ensemble = weighted(teachers, weights, scores)
        ranks = positive_ranks(ensemble.targets(scores), counted)
        figures, others = (figures_by_kind(ranks[part], kinds[part]) for part in (chosen, held_out))
        tried.append((figures["all"].mrr, weights, ensemble, (figures, others)))
    best = sorted(tried[len(teachers) :], key=lambda row: -row[0])
    print(f"{chosen.sum()} queries, {held_out.sum()} held-out ones; the positive first, its mean reciprocal rank")
    print(" | ".join([", ".join(teachers), *tried[0][3][0], "held out, all"]))
    for _, weights, _, parts in [*tried[: len(teachers)], *best[:BEST_SHOWN]]:
        print(row_of(weights, *parts))
    best[0][2].save(arguments.out)


if __name__ == "__main__":
    main()
