"""Compares how far down its shortlist a cascade's last stage scores: `keep` alone, and `keep` with `target_recall`.

    python benchmarks/depth.py [--cheap-cost SHARE] [--per-collection STAGE] FOLDER...

Each FOLDER is a test collection: `qrels.tsv` (query, document, grade), and `cheap.jsonl` and `dear.jsonl`, the results of
`./snapranker batch` with the first and the last stage's model alone, for the same requests. From their logits the script
calculates what a cascade of the two answers. SHARE is the first stage's processor time, of the last stage's for the same
candidates. Rows are averages over the collections; STAGE is a row's name, such as 10@0.9, to see each collection.
"""

import argparse
import json
import math
from pathlib import Path

BEST = 10
ROUND = 10  # as in Depth.java
FIXED = (15, 20, 25, 30, 35, 40, 50, 60)
TARGETS = (0.7, 0.8, 0.85, 0.9, 0.95, 0.98)


class Query:
    """A query's candidates in the first stage's order."""

    def __init__(self, cheap: dict, dear: dict, grades: dict[str, float]):
        logits = {result["id"]: result["logit"] for result in cheap["results"]}
        by_id = {result["id"]: result for result in dear["results"]}
        self.ids = list(logits)  # best first
        self.cheap = [logits[each] for each in self.ids]
        self.dear = [by_id[each]["logit"] for each in self.ids]
        self.tokens = [by_id[each]["tokens_kept"] for each in self.ids]
        self.grades = grades
        self.best = set(sorted(range(len(self.ids)), key=lambda i: -self.dear[i])[:BEST])

    def measures(self, scored: int) -> tuple[float, float, float]:
        """nDCG@10, the share of the best ten that is found, and the share of the documents' tokens that is read."""
        head = sorted(range(scored), key=lambda i: -self.dear[i])
        order = head + list(range(scored, len(self.ids)))
        gains = [self.grades.get(self.ids[i], 0.0) for i in order[:BEST]]
        ideal = sorted(self.grades.values(), reverse=True)[:BEST]
        found = len(self.best.intersection(order[:BEST])) / len(self.best)
        return discounted(gains) / discounted(ideal), found, sum(self.tokens[:scored]) / sum(self.tokens)


def discounted(gains: list[float]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def until_found(query: Query, target: float) -> int:
    """As in Depth.java and Line.java."""
    most = len(query.ids)
    scored = min(most, BEST + ROUND)
    while scored < most and expected_missing(query.cheap, query.dear[:scored]) > (1 - target) * BEST:
        scored = min(most, scored + max(ROUND, scored // 2))
    return scored


def expected_missing(x: list[float], y: list[float]) -> float:
    n = len(y)
    mean_x, mean_y = sum(x[:n]) / n, sum(y) / n
    xx = sum((each - mean_x) ** 2 for each in x[:n])
    slope = max(0.0, sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=False)) / xx) if xx > 0 else 0.0
    line = [mean_y + slope * (each - mean_x) for each in x]
    spread = max(1e-6, math.sqrt(sum((b - a) ** 2 for a, b in zip(line, y, strict=False)) / (n - 2)))
    least = sorted(y, reverse=True)[BEST - 1]
    return sum(math.erfc((least - each) / spread / math.sqrt(2)) / 2 for each in line[n:])


def read(folder: Path) -> list[Query]:
    grades: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, document, grade = line.split("\t")[:3]
        if grade == "score":
            continue  # BEIR's heading
        grades.setdefault(query, {})[document] = float(grade)
    cheap, dear = (
        {line["query_id"]: line for line in map(json.loads, (folder / name).read_text(encoding="utf-8").splitlines())}
        for name in ("cheap.jsonl", "dear.jsonl")
    )
    return [Query(cheap[query], dear[query], grades[query]) for query in dear]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--cheap-cost", type=float, default=1 / 8.5)
    parser.add_argument("--per-collection")
    options = parser.parse_args()
    collections = {folder.name: read(folder) for folder in options.folders}
    whole = {name: mean([query.measures(len(query.ids))[0] for query in queries]) for name, queries in collections.items()}
    policies = {str(keep): lambda query, keep=keep: min(keep, len(query.ids)) for keep in FIXED}
    policies |= {f"{BEST}@{target}": lambda query, target=target: until_found(query, target) for target in TARGETS}
    print(f"{sum(map(len, collections.values()))} queries; all scored: nDCG@10 {mean(list(whole.values())):.4f}")
    print("| stage | time | times as fast | nDCG@10 | loss | found | worst collection found |")
    print("|---|---|---|---|---|---|---|")
    for name, policy in policies.items():
        rows = {}
        for collection, queries in collections.items():
            measured = [query.measures(policy(query)) for query in queries]
            rows[collection] = [mean(list(column)) for column in zip(*measured, strict=True)]
        quality, found, read_share = (mean(list(column)) for column in zip(*rows.values(), strict=True))
        time = read_share + options.cheap_cost
        loss = 100 * (quality / mean(list(whole.values())) - 1)
        least = min(row[1] for row in rows.values())
        print(f"| {name} | {time:.3f} | {1 / time:.2f} | {quality:.4f} | {loss:+.2f} % | {found:.3f} | {least:.3f} |")
        if name == options.per_collection:
            for collection, row in rows.items():
                time = row[2] + options.cheap_cost
                loss = 100 * (row[0] / whole[collection] - 1)
                print(f"| {name} {collection} | {time:.3f} | {1 / time:.2f} | {row[0]:.4f} | {loss:+.2f} % | {row[1]:.3f} | |")


if __name__ == "__main__":
    main()
