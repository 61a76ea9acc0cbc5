"""Averages checkpoints of one training, so that abilities that one run lost come back from the others.

    python -m train.average A=0.2 B=0.4 C=0.4 --out OUT

This is a model soup (Wortsman et al. 2022, arXiv:2203.05482). If the untrained start is one of the checkpoints, it is WiSE-FT
(Wortsman et al. 2021, arXiv:2109.01903).
"""

import argparse
import shutil
from pathlib import Path

from safetensors.torch import load_file, save_file

from bundle.checkpoint import CONFIG, TOKENIZER, WEIGHTS
from bundle.errors import report_errors


def part_of(text: str) -> tuple[Path, float]:
    """A checkpoint and its share."""
    folder, _, share = text.rpartition("=")
    if not (Path(folder) / WEIGHTS).is_file():
        raise argparse.ArgumentTypeError(f"{folder!r} has no {WEIGHTS}; expected CHECKPOINT=SHARE")
    return Path(folder), float(share)


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", type=part_of, metavar="CHECKPOINT=SHARE", help="the sum of the shares must be 1")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    total = sum(share for _, share in arguments.parts)
    if abs(total - 1) > 1e-6:
        parser.error(f"the sum of the shares is {total}; expected 1")
    weights = [(load_file(folder / WEIGHTS), share) for folder, share in arguments.parts]
    arguments.out.mkdir(parents=True, exist_ok=True)
    averaged = {
        name: sum(share * tensors[name].float() for tensors, share in weights) if first.is_floating_point() else first
        for name, first in weights[0][0].items()
    }
    save_file(averaged, arguments.out / WEIGHTS)
    for file in (CONFIG, TOKENIZER):
        shutil.copy(arguments.parts[0][0] / file, arguments.out / file)


if __name__ == "__main__":
    main()
