"""Writes a bi-encoder's cosines of mined candidates as a teacher's scores.

    python -m train.cosine --candidates CANDIDATES --vectors VECTORS --out SCORES/bge

VECTORS is the folder that `embed.py` wrote. SCORES/bge gets blocks in the same format as from `score.py`.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np

from bundle.errors import report_errors
from train.blocks import Blocks
from train.score import STEPS, score_blocks


def cosines(queries: np.ndarray, passages: np.ndarray, places: list[int], ids: np.ndarray) -> np.ndarray:
    """The cosines [queries, candidates] for the candidates' ids [queries, candidates]. The vectors have length 1."""
    found = np.einsum("qw,qcw->qc", queries[places].astype(np.float32), passages[ids].astype(np.float32))
    if np.isnan(found).any():
        raise SystemExit("a query or a passage has no vector; run train.embed to its end first")
    return found


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=Path, required=True, help="the folder that train.mine wrote")
    parser.add_argument("--vectors", type=Path, required=True, help="the folder that train.embed wrote")
    parser.add_argument("--out", type=Path, required=True, help="a folder for this teacher only")
    arguments = parser.parse_args()
    queries, passages = (np.load(arguments.vectors / f"{name}.npy", mmap_mode="r") for name in ("queries", "passages"))
    mined = hashlib.sha256((arguments.candidates / "manifest.json").read_bytes()).hexdigest()
    recipe = {"vectors": hashlib.sha256(passages[:100].tobytes()).hexdigest(), "steps": STEPS, "candidates": mined}
    scores = Blocks(arguments.out).for_recipe(recipe)
    score_blocks(Blocks(arguments.candidates), scores, lambda places, ids: cosines(queries, passages, places, ids), float("inf"))


if __name__ == "__main__":
    main()
