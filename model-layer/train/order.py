"""The order in which training queries get candidates and scores. Any prefix of it is a good training set.

Each source has a share. A prefix of any length contains the sources in about these shares, until a source has no more
queries. So the few questions from people come early, and the many headings fill the end.
"""

import random
from collections.abc import Sequence

from train.training_data import Triple

SHARES_BY_KIND = {
    # Questions from people, to an encyclopaedia, doctors or a help desk.
    "questions": {
        "boolq": 5.0, "clapnq": 3.0, "selqa": 3.0, "squad-sent": 9.0, "strategyqa": 2.0, "wiki-ict": 3.0, "medquad": 7.0,
        "dstc9-faq": 2.0, "interview-open": 1.0,
    },
    # Titles and questions of forums.
    "forums": {"stackexchange": 7.0, "lfrqa": 9.0},
    # Titles and claims of scientific abstracts.
    "abstracts": {"arxiv-title": 11.0, "scitldr": 7.0},
    # Code and its documentation.
    "code": {
        "tldr": 4.0, "ms-cpp-docs": 3.0, "open-md-docs": 4.0, "open-rst-docs": 3.0, "ms-docs": 3.0, "aws-docs": 3.0,
    },
    # Functions and what they are for (`functions.py`).
    "functions": {"python-functions": 10.0},
    # Headings and terms.
    "headings": {"openstax": 3.0, "openstax-glossary": 2.0, "factbook": 1.0, "wiki-sections": 5.0},
}  # fmt: skip
OTHER_KIND = "other"
SHARES = {source: share for sources in SHARES_BY_KIND.values() for source, share in sources.items()}
KIND_OF = {source: kind for kind, sources in SHARES_BY_KIND.items() for source in sources}
OTHER_SHARE = 3.0  # the share of a source that is not listed above

SEED = 20261128


def kind_of(triple: Triple) -> str:
    return KIND_OF.get(triple.source, OTHER_KIND)


def order_of(triples: Sequence[Triple], seed: int = SEED) -> list[int]:
    """The indices of all triples. The order depends only on the triples and the seed."""
    rng = random.Random(seed)
    by_source: dict[str, list[int]] = {}
    for place, triple in enumerate(triples):
        by_source.setdefault(triple.source, []).append(place)
    due = []
    for source in sorted(by_source):
        places = by_source[source]
        rng.shuffle(places)
        share, offset = SHARES.get(source, OTHER_SHARE), rng.random()
        due += [((drawn + offset) / share, source, place) for drawn, place in enumerate(places)]
    return [place for _, _, place in sorted(due)]
