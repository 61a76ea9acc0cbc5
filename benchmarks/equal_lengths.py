"""Prints a native request with 100 candidates of about equal length, for `./snapranker bench --peers`.

    python benchmarks/equal_lengths.py WORDS [FILE]

FILE has native requests (default: events/bench-requests.jsonl). Their texts are joined in order and cut into candidates of
WORDS words, so that lengths differ by tokens per word alone.
"""

import json
import sys
from pathlib import Path

CANDIDATES = 100


def main() -> None:
    words_each = int(sys.argv[1])
    file = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent.parent / "events" / "bench-requests.jsonl"
    requests = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    words = [word for request in requests for candidate in request["candidates"] for word in candidate["text"].split()]
    words *= -(-CANDIDATES * words_each // len(words))
    texts = [" ".join(words[start : start + words_each]) for start in range(0, CANDIDATES * words_each, words_each)]
    print(json.dumps({"query": requests[0]["query"], "candidates": [{"text": text} for text in texts]}))


if __name__ == "__main__":
    main()
