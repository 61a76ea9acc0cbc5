"""Keeps what was trained here of a checkpoint, without the sentence encoder, which is public.

    python -m train.parts split BASE --out checkpoints/cross-layers
    python -m train.parts join checkpoints/cross-layers --sentence-encoder BACKBONE --out BASE

`split` writes the configuration, the cross layers and the pooler in half precision, and everything else that is not the encoder's
as it is. `join` puts the encoder back: compile what it writes, and others can make the same bundle.
"""

import argparse
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from bundle.checkpoint import CONFIG, TOKENIZER, WEIGHTS
from bundle.errors import report_errors
from bundle.interaction_model import BERT, CROSS, from_sentence_encoder


def split(base: Path, out: Path) -> None:
    kept = {name: tensor for name, tensor in load_file(base / WEIGHTS).items() if not name.startswith(BERT)}
    out.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.half() if name.startswith(CROSS) else tensor for name, tensor in kept.items()}, out / WEIGHTS)
    shutil.copy(base / CONFIG, out)


def join(parts: Path, sentence_encoder: Path, out: Path) -> None:
    encoder = from_sentence_encoder(sentence_encoder).bert_weights()
    kept = {name: in_fp32(tensor) for name, tensor in load_file(parts / WEIGHTS).items()}
    out.mkdir(parents=True, exist_ok=True)
    save_file(encoder | kept, out / WEIGHTS)
    shutil.copy(parts / CONFIG, out)
    shutil.copy(sentence_encoder / TOKENIZER, out)


def in_fp32(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.dtype is torch.half else tensor


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    of_split, of_join = commands.add_parser("split"), commands.add_parser("join")
    of_split.add_argument("base", type=Path, help="a checkpoint that train.student wrote")
    of_join.add_argument("parts", type=Path, help="a folder that split wrote")
    of_join.add_argument("--sentence-encoder", type=Path, required=True, help="a BertModel's checkpoint, with tokenizer.json")
    for command in (of_split, of_join):
        command.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.command == "split":
        split(arguments.base, arguments.out)
    else:
        join(arguments.parts, arguments.sentence_encoder, arguments.out)


if __name__ == "__main__":
    main()
