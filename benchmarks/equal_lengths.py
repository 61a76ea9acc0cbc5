"""Prints a native request with candidates of about equal length, for `./snapranker bench --peers` and `./snapranker lambda`.

    python benchmarks/equal_lengths.py WORDS [FILE] [--candidates N]

FILE has native requests (default: events/bench-requests.jsonl). Their texts are joined in order and cut into candidates of
WORDS words, so that lengths differ by tokens per word alone. If there are too few words, they are used again, each time from
one word later on, so that hardly any text occurs twice.
"""

import argparse
import json
from pathlib import Path

EVENTS = Path(__file__).parent.parent / "events" / "bench-requests.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("words", type=int)
    parser.add_argument("file", type=Path, nargs="?", default=EVENTS)
    parser.add_argument("--candidates", type=int, default=100)
    options = parser.parse_args()
    requests = [json.loads(line) for line in options.file.read_text(encoding="utf-8").splitlines() if line.strip()]
    words = [word for request in requests for candidate in request["candidates"] for word in candidate["text"].split()]
    whole = len(words) // options.words  # candidates of one pass over the words
    round_again = words + words
    texts = []
    for number in range(options.candidates):
        start = number % whole * options.words + number // whole
        texts.append(" ".join(round_again[start : start + options.words]))
    print(json.dumps({"query": requests[0]["query"], "candidates": [{"text": text} for text in texts]}))


if __name__ == "__main__":
    main()
