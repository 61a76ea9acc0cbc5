"""What a student starts from: a cross-encoder's layers, moved towards a sentence encoder that grew from the same model.

    python -m train.merge --cross-encoder L12 --layers 0 2 4 6 8 10 --sentence-encoder BACKBONE --share 0.5 --out START

ms-marco-MiniLM-L-12-v2 and all-MiniLM-L6-v2 both come from MiniLM-L12-H384-uncased, the second from its layers 0, 2, … 10.
The weights of these layers are still alike (cosines 0.84 to 0.94; other layers have about 0), so a mean of the two knows
what each has learned, after little training. Model soups: Wortsman et al. 2022, arXiv:2203.05482.

Every parameter of START is (1 - share) of the cross-encoder's + share of the sentence encoder's. The head is the
cross-encoder's. The command prints how alike each pair of matrices is, and refuses a pair below LEAST_COSINE: such layers are
no relatives.
"""

import argparse
from pathlib import Path

import torch
from torch.nn import functional as F

from bundle.checkpoint import Checkpoint
from train.cross_encoder import CrossEncoder

LEAST_COSINE = 0.3
HEADS = ("bert.pooler.", "classifier.")


def merge(cross_encoder: Path, layers: list[int], sentence_encoder: Path, share: float) -> tuple[CrossEncoder, dict[str, float]]:
    """The merged model, and the cosine of each pair of matrices by name."""
    model, encoder, cosines = CrossEncoder(cross_encoder, layers), Checkpoint(sentence_encoder), {}
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if name.startswith(HEADS):
                continue
            other = torch.from_numpy(encoder.tensor(name.removeprefix("bert.")))
            if other.shape != weights.shape:
                raise SystemExit(f"{name} is of shape {list(weights.shape)} and {list(other.shape)}; expected models of one size")
            if weights.dim() > 1:
                cosines[name] = F.cosine_similarity(weights.flatten(), other.flatten(), dim=0).item()
                if cosines[name] < LEAST_COSINE:
                    raise SystemExit(
                        f"{name} of the two has the cosine {cosines[name]:.2f}; expected at least {LEAST_COSINE}: "
                        "layers of one model, trained further (see --layers)"
                    )
            weights.copy_((1 - share) * weights + share * other)
    return model, cosines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cross-encoder", type=Path, required=True, help="a BERT cross-encoder's checkpoint with one logit")
    parser.add_argument("--layers", type=int, nargs="+", required=True, help="which of its layers to take, from 0")
    parser.add_argument("--sentence-encoder", type=Path, required=True, help="a BertModel's checkpoint with as many layers")
    parser.add_argument("--share", type=float, default=0.5, help="of the sentence encoder, 0 to 1 (default: 0.5)")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    model, cosines = merge(arguments.cross_encoder, arguments.layers, arguments.sentence_encoder, arguments.share)
    for name, cosine in cosines.items():
        print(f"{cosine:.2f}  {name}")
    model.save(arguments.out, arguments.cross_encoder)


if __name__ == "__main__":
    main()
