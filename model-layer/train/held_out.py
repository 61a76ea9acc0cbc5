"""Writes held-out training queries with BM25's candidates as a test collection.

    python -m train.held_out --data DATA --tokenizer FILE --queries 400 --out FOLDER

FOLDER gets corpus.jsonl, queries.jsonl, qrels.tsv and bm25.run, which `./snapranker eval`, `./snapranker calibrate` and `python -m
bundle check` read. The candidates are BM25's first hundred of all training passages. Only queries count whose positive is among them. The data knows one
right answer for each query: other passages that answer it, too, count as wrong. So a probability fitted here is rather too low.
"""

import argparse
import json
import random
from pathlib import Path

from bundle.errors import report_errors
from bundle.pairs import tokenizer_of
from train.first_stage import FirstStage, best_places
from train.training_data import TrainingData, draw_by_weight
from train.words import stems_of

CANDIDATES = 100
SEED = 7


def write_collection(data: TrainingData, first_stage: FirstStage, queries: int, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    positives: dict[str, int] = {}
    corpus: dict[int, str] = {}
    run: list[str] = []
    for triple in draw_by_weight(data.held_out, random.Random(SEED)):
        scores = first_stage.scores(triple.query)
        places = [place for place in best_places(scores, CANDIDATES) if scores[place] > 0]
        passages = first_stage.ids[places].tolist()
        if triple.query in positives or triple.positive not in passages:
            continue
        run += [f"q{len(positives)} Q0 {p} {i} {score:.4f} bm25\n" for i, (p, score) in enumerate(zip(passages, scores[places]), start=1)]
        positives[triple.query] = triple.positive
        corpus.update((passage, data.passages[passage]) for passage in passages)
        if len(positives) == queries:
            break
    lines = {
        "queries.jsonl": [json.dumps({"id": f"q{i}", "text": query}, ensure_ascii=False) + "\n" for i, query in enumerate(positives)],
        "corpus.jsonl": [json.dumps({"id": str(i), "text": text}, ensure_ascii=False) + "\n" for i, text in sorted(corpus.items())],
        "qrels.tsv": [f"q{i}\t{positive}\t1\n" for i, positive in enumerate(positives.values())],
        "bm25.run": run,
    }
    for name, of_file in lines.items():
        (out / name).write_text("".join(of_file), encoding="utf-8")
    print(json.dumps({"queries": len(positives), "passages": len(corpus)}))


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True, help="a tokenizer.json, for BM25's words")
    parser.add_argument("--queries", type=int, required=True, help="how many queries at most")
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    arguments = parser.parse_args()
    data, tokenizer = TrainingData(arguments.data), tokenizer_of(arguments.tokenizer)
    write_collection(data, FirstStage(data.passages, tokenizer, stems_of(tokenizer)), arguments.queries, arguments.out)


if __name__ == "__main__":
    main()
