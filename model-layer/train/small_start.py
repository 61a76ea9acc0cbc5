"""What a small student starts from: the words of a trained model, seen along its principal directions.

    python -m train.small_start --data DATA --teacher BASE --out SMALL

The command encodes --passages passages of DATA with BASE. The directions are the principal ones of all tokens' rows in the last
layer, each row with length 1. A word starts as the mean row of its tokens, projected on them; a word that is in none of the
passages gets a linear guess from its own vector. SMALL is a checkpoint of bundle/interaction_model.py without cross layers,
whose other layers are random. It also has the projection, which `student.py --imitate BASE` needs. On a GPU it takes seconds.
"""

import argparse
import json
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from bundle.checkpoint import TOKENIZER, Checkpoint
from bundle.errors import report_errors
from bundle.interaction_model import InteractionCrossEncoder, Shape, load_checkpoint
from bundle.pairs import PairTemplate, template_of
from train.candidate_texts import PASSAGE_TOKENS
from train.imitation import PROJECTION, PROJECTION_FILE, TEACHER
from train.order import SEED
from train.teachers import device
from train.token_ids import Part, TokenIds, by_length, sequences, special, tokenized
from train.training_data import TrainingData

BATCH_TOKENS = {"cpu": 4096, "cuda": 131_072}
HEAD_SIZE, UP = 32, 4  # an attention head's width, and how much wider the middle of a layer is
SPREAD = 0.02  # of random weights, as in BERT
RIDGE = 1e-3
MIX = (2.0, 16.0, 6.0, -12.0)
"""Of mean cosine, best cosines, shared words, constant."""


@dataclass(frozen=True)
class Survey:
    """Sums over the tokens of some texts, of the rows in a model's last layer, each with length 1."""

    products: Tensor  # [hidden, hidden], of the rows with themselves
    by_word: Tensor  # [vocabulary, hidden]
    counts: Tensor  # [vocabulary]

    def directions(self, count: int) -> Tensor:
        """The principal directions [hidden, count], the greatest first."""
        return torch.linalg.eigh(self.products.double().cpu()).eigenvectors[:, -count:].flip(-1).float()

    def kept(self, directions: Tensor) -> float:
        """The share of the rows' squared lengths along these directions."""
        products = self.products.cpu()
        return ((directions.T @ products @ directions).trace() / products.trace()).item()


@torch.no_grad()
def survey(model: InteractionCrossEncoder, template: PairTemplate, texts: TokenIds) -> Survey:
    used, hidden, vocabulary = texts.device, model.shape.hidden_size, model.shape.vocab_size
    products, by_word, counts = (torch.zeros(shape, device=used) for shape in ((hidden, hidden), (vocabulary, hidden), (vocabulary,)))
    around = len(template.before) + len(template.after)
    lengths = np.minimum(texts.lengths, model.shape.max_position_embeddings - around)
    for places in by_length(lengths + around, BATCH_TOKENS[used]):
        before, after = (special(ids, len(places), used) for ids in (template.before, template.after))
        ids, _, mask = sequences([before, Part(texts, places, lengths[places]), after])
        with torch.autocast(used, dtype=torch.bfloat16):
            rows = model.encode_apart(ids, mask, segment=1).rows[mask]
        rows, words = F.normalize(rows.float(), dim=-1), ids[mask]
        products += rows.T @ rows
        by_word.index_add_(0, words, rows)
        counts.index_add_(0, words, torch.ones(len(words), device=used))
    return Survey(products, by_word, counts)


@torch.no_grad()
def mean_rows(model: InteractionCrossEncoder, found: Survey) -> Tensor:
    """The mean row of each word, [vocabulary, hidden]; of a word that was not seen, a linear guess from its embedding."""
    own, counts = (values.double().cpu() for values in (model.embedding_norm(model.words.weight), found.counts))
    seen = counts > 0
    means = found.by_word.double().cpu()[seen] / counts[seen, None]
    weights = counts[seen, None].sqrt()
    known = own[seen] * weights
    guess = own @ torch.linalg.solve(known.T @ known + RIDGE * torch.eye(known.shape[1]).double(), known.T @ (means * weights))
    guess[seen] = means
    return guess.float()


@torch.no_grad()
def small_start_of(teacher: InteractionCrossEncoder, found: Survey, hidden: int, layers: int) -> tuple[InteractionCrossEncoder, Tensor]:
    """The start, and the projection of the teacher's rows [hidden of the teacher, hidden]."""
    of, directions = teacher.shape, found.directions(hidden)
    shape = Shape(of.vocab_size, hidden, UP * hidden, layers, hidden // HEAD_SIZE, of.max_position_embeddings, hidden_act="relu")
    model = InteractionCrossEncoder(shape)
    model.words.weight.copy_(F.normalize(mean_rows(teacher, found) @ directions, dim=-1) * hidden**0.5)
    model.positions.weight.normal_(std=SPREAD)
    model.segments.weight.zero_()
    for layer in model.layers:
        layer.out.weight.normal_(std=SPREAD)
        layer.down.weight.normal_(std=SPREAD)
    model.set_words(teacher.stems, teacher.idf)
    model.mix.copy_(torch.tensor(MIX))
    return model, directions


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True, help="the checkpoint that train.student wrote")
    parser.add_argument("--passages", type=int, default=60_000, help="how many passages it encodes (default: 60000)")
    parser.add_argument("--hidden", type=int, default=128, help=f"the width of the rows, a multiple of {HEAD_SIZE} (default: 128)")
    parser.add_argument("--layers", type=int, default=2, help="how many layers (default: 2)")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2, help="the number of threads on a CPU (default: 2)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(SEED)
    teacher, data = load_checkpoint(arguments.teacher), TrainingData(arguments.data)
    if arguments.hidden % HEAD_SIZE or not HEAD_SIZE <= arguments.hidden <= teacher.shape.hidden_size:
        raise SystemExit(f"--hidden is {arguments.hidden}; expected a multiple of {HEAD_SIZE} up to {teacher.shape.hidden_size}, the teacher's width")
    tokenizer = Checkpoint(arguments.teacher).tokenizer()
    passages = random.Random(SEED).sample(sorted(data.passages), min(arguments.passages, len(data.passages)))
    texts = tokenized([data.passages[passage] for passage in passages], tokenizer, PASSAGE_TOKENS, device())
    found = survey(teacher.eval().to(device()), template_of(tokenizer), texts)
    model, projection = small_start_of(teacher, found, arguments.hidden, arguments.layers)
    model.save(arguments.out)
    made_from = {TEACHER: Checkpoint(arguments.teacher).weights_sha256()}
    save_file({PROJECTION: projection.contiguous().cpu()}, arguments.out / PROJECTION_FILE, metadata=made_from)
    shutil.copy(arguments.teacher / TOKENIZER, arguments.out)
    print(json.dumps({"kept": round(found.kept(projection), 3), "words_seen": int((found.counts > 0).sum())}))


if __name__ == "__main__":
    main()
