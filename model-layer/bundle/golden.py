"""The golden pairs. The function checks their logits each time it loads a bundle."""

import math
from pathlib import Path
from typing import Any

from bundle.errors import BundleError
from bundle.precision import Precision
from bundle.scorer import Scorer

PAIRS = [
    (
        "how do I undo the last git commit",
        "Run git reset --soft HEAD~1: the commit goes away and its changes stay staged.",
    ),
    (
        "how do I undo the last git commit",
        "The banana is botanically a berry, although hardly anybody calls it one.",
    ),
    (
        "what makes bread rise",
        "Yeast ferments the sugars in the dough and gives off carbon dioxide, which the gluten network traps in bubbles. "
        "Kneading builds that network; proving gives the yeast time. Baking sets the bubbles.",
    ),
    (
        "why is my serverless function slow on its first request",
        "A cold start has several parts. The platform finds a host and starts an isolated environment, downloads the code "
        "package and unpacks it, then starts the language runtime. Only after that does the function's own initialisation "
        "run: classes are loaded, configuration is read, connections are opened and models are read into memory. In Java "
        "much of the time goes into class loading and into code that is still interpreted. The first request then pays "
        "once more for everything that initialisation left undone, such as parsing libraries that are loaded lazily or a "
        "tokenizer that is built on first use. A snapshot taken after initialisation removes most of this, provided that "
        "the request path was exercised before the snapshot was taken, so that both the loaded classes and the compiled "
        "code are part of it. Without a snapshot, smaller packages, fewer dependencies and more memory, which brings more "
        "processor time, help in that order.",
    ),
    (
        "où se trouve la tour Eiffel",
        "La tour Eiffel s’élève à Paris, près de la Seine. 埃菲尔铁塔位于法国巴黎。 🗼 Der Eiffelturm ist 330 Meter hoch.",
    ),
    (
        "symptoms of iron deficiency",
        "Tiredness, pale skin and shortness of breath are common signs that the body lacks iron.",
    ),
]

TOLERANCE = {Precision.INT8: 1.0, Precision.INT8_7BIT: 0.25, Precision.INT8_WEIGHTS: 0.25, Precision.FP32: 0.001}
"""The largest allowed difference on another CPU; see "The same on every CPU" in docs/benchmarks.md."""


def golden_pairs(bundle: Path, precision: Precision) -> list[dict[str, Any]]:
    """The manifest's golden pairs, with the bundle's logits on this machine."""
    scorer = Scorer(bundle)
    logits = [scorer.logit(scorer.encode(query, document)) for query, document in PAIRS]
    if not all(map(math.isfinite, logits)):
        raise BundleError("the model's output is not a number (NaN or infinite); expected a checkpoint with finite logits")
    return [
        {"query": query, "document": document, "logit": round(logit, 6), "tolerance": TOLERANCE[precision]}
        for (query, document), logit in zip(PAIRS, logits, strict=True)
    ]
