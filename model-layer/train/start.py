"""What a student starts from: a sentence encoder, what is worth knowing without training, and a cross-encoder's upper layers.

    python -m train.start --data DATA --sentence-encoder BACKBONE --cross-encoder L12 --layers 7 9 11 --read-from 4 --out START

START is a checkpoint of bundle/interaction_model.py. Its logit is
MIX of mean cosine, best cosines and shared words, whose idf comes from DATA's passages, plus what is read from [CLS]. The cross
layers, the pooler and the last linear layer are those of the cross-encoder. They read the rows of the encoder's layer
--read-from, which they do not know yet: START ranks badly before training.

ms-marco-MiniLM-L-12-v2 and all-MiniLM-L6-v2 both come from MiniLM-L12-H384-uncased, the second from its layers 0, 2, … 10. So the
rows of the sentence encoder's layer 4 are of the kind that the cross-encoder's layer 7 reads.
"""

import argparse
import shutil
from dataclasses import replace
from pathlib import Path

import torch

from bundle.checkpoint import TOKENIZER, Checkpoint
from bundle.errors import report_errors
from bundle.interaction_model import BERT, InteractionCrossEncoder, shape_of
from bundle.pairs import tokenizer_of
from train.training_data import TrainingData
from train.words import words_of

MIX = (8.2, 13.8, 1.5, -14.2)
"""Of mean cosine, best cosines, shared words, constant: fitted on held-out queries for the first default."""


def start_of(sentence_encoder: Path, cross_encoder: Path, layers: list[int], read_from: int) -> InteractionCrossEncoder:
    """The start, without words."""
    shape, upper = shape_of(sentence_encoder), Checkpoint(cross_encoder)
    if upper.config.get("model_type") != "bert" or not upper.has("classifier.weight") or len(upper.tensor("classifier.weight")) != 1:
        raise SystemExit(f"{cross_encoder} is no BERT cross-encoder with one logit; expected one")
    count, sizes = upper.config["num_hidden_layers"], ("hidden_size", "intermediate_size", "num_attention_heads", "hidden_act")
    if any(upper.config[name] != getattr(shape, name) for name in sizes):
        raise SystemExit(f"{cross_encoder} and {sentence_encoder} differ in {', '.join(sizes)}; expected models of one size")
    if not layers or not 0 <= min(layers) <= max(layers) < count:
        raise SystemExit(f"{cross_encoder} does not have the layers {layers}; expected some of 0 to {count - 1}")
    if not 0 <= read_from <= shape.num_hidden_layers:
        raise SystemExit(f"{sentence_encoder} does not have the layer {read_from}; expected 0 to {shape.num_hidden_layers}")
    model = InteractionCrossEncoder(replace(shape, cross_layers=len(layers), cross_from=read_from))
    model.load_bert(TensorsOf(Checkpoint(sentence_encoder)))
    model.load_cross(TensorsOf(upper, BERT), layers)
    with torch.no_grad():
        model.cls.weight.copy_(torch.from_numpy(upper.tensor("classifier.weight")))
        model.segments.weight[1] = model.segments.weight[0]  # a sentence encoder knows the first segment alone
        model.mix.copy_(torch.tensor(MIX))
    return model


class TensorsOf(dict):
    """A checkpoint's tensors by their names in a BertModel, each read when it is asked for."""

    def __init__(self, checkpoint: Checkpoint, prefix: str = "") -> None:
        super().__init__()
        self.checkpoint, self.prefix = checkpoint, prefix

    def __missing__(self, name: str) -> torch.Tensor:
        return torch.from_numpy(self.checkpoint.tensor(self.prefix + name))


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sentence-encoder", type=Path, required=True, help="a BertModel's checkpoint, with tokenizer.json")
    parser.add_argument("--cross-encoder", type=Path, required=True, help="a BERT cross-encoder's checkpoint of the same size")
    parser.add_argument("--layers", type=int, nargs="+", required=True, help="which of its layers become the cross layers, from 0")
    parser.add_argument("--read-from", type=int, required=True, help="the sentence encoder's layer whose rows they read, from 1")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    model = start_of(arguments.sentence_encoder, arguments.cross_encoder, arguments.layers, arguments.read_from)
    words = words_of(iter(TrainingData(arguments.data).passages.values()), tokenizer_of(arguments.sentence_encoder / TOKENIZER))
    model.set_words(words.stems, words.idf())
    model.save(arguments.out)
    shutil.copy(arguments.sentence_encoder / TOKENIZER, arguments.out)


if __name__ == "__main__":
    main()
