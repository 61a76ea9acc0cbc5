"""What the client tests share: one query, what they expect, and a guard against calls to other hosts."""

import os
import sys

# Read at import by the libraries under test.
os.environ.update(
    ANONYMIZED_TELEMETRY="False",
    DO_NOT_TRACK="1",
    HAYSTACK_TELEMETRY_ENABLED="False",
    HF_HUB_OFFLINE="1",
    LANGSMITH_TRACING="false",
    LITELLM_LOCAL_MODEL_COST_MAP="True",
)

URL = sys.argv[1].rstrip("/")
QUERY = "capital of Australia"
DOCUMENTS = [
    "Kangaroos can leap nine metres.",
    "Canberra is the capital of Australia.",
    "Bananas are berries.",
]
BEST = DOCUMENTS[1]

_foreign = []


def _only_loopback(event, args):
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if host not in ("127.0.0.1", "localhost", "::1"):
        _foreign.append(host)
        raise OSError(f"this test reaches loopback only, not {host}")


sys.addaudithook(_only_loopback)


def expect(holds, got):
    if not holds:
        raise AssertionError(got)


def expect_best_first(ranked):
    """ranked: (index or text, score) of each result, as the client returns them."""
    expect(ranked[0][0] in (1, BEST), ranked)
    expect(0.9 < ranked[0][1] <= 1, ranked)
    scores = [score for _, score in ranked]
    expect(scores == sorted(scores, reverse=True), ranked)
    expect(all(0 <= score < 0.5 for score in scores[1:]), ranked)


def refused(error_type, words, call):
    try:
        answer = call()
    except error_type as e:
        expect(words in str(e), e)
    else:
        raise AssertionError(f"no {error_type.__name__}, but {answer}")


def run(*suites, looked_up=()):
    """looked_up: hosts that the library is known to look for, in vain here."""
    for suite in suites:
        suite()
        print(f"{os.path.basename(sys.argv[0])} {suite.__name__}: ok")
    others = set(_foreign) - set(looked_up)
    expect(not others, f"calls to other hosts: {sorted(others)}")
