"""The command line: python -m bundle fetch|import|compile|check"""

import argparse
import json
import re
from pathlib import Path

from bundle.errors import BundleError, report_errors
from bundle.manifest import MANIFEST
from bundle.precision import Precision

PROMPT_HELP = (
    "the prompt of a decoder that answers yes or no: qwen3-reranker, mxbai-rerank-v2, or a JSON file "
    "(default: the checkpoint's chat template, if it has the roles query and document)"
)


@report_errors()
def main() -> None:
    arguments = parser().parse_args()
    arguments.run(arguments)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m bundle", description="Makes model bundles for the function.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("fetch", help="download a checkpoint from a hub (HF_ENDPOINT, HF_TOKEN)")
    command.add_argument("model", help="the hub's id, such as cross-encoder/ms-marco-MiniLM-L6-v2")
    command.add_argument("--revision", default="main", help="a commit, tag or branch; the commit is recorded (default: main)")
    command.add_argument("--out", type=Path, required=True, help="the folder for the checkpoint")
    command.set_defaults(run=run_fetch)

    command = commands.add_parser("import", help="turn a stock ONNX export back into a checkpoint that transformers can load")
    command.add_argument("export", type=Path, help="an ONNX file or its folder, with tokenizer.json and, if you have it, config.json")
    command.add_argument("--out", type=Path, required=True, help="the folder for the checkpoint")
    command.set_defaults(run=run_import)

    command = commands.add_parser("compile", help="turn a checkpoint folder or a stock ONNX export into a bundle")
    command.add_argument(
        "checkpoint", type=Path, help="a folder with config.json, model.safetensors and tokenizer.json; or an ONNX export"
    )
    command.add_argument("--out", type=Path, required=True, help="the folder for the bundle")
    command.add_argument("--precision", choices=[p.value for p in Precision], help="default: int8-weights for decoders, int8-7bit for all others")
    command.add_argument("--id", type=text, help="the model's id for callers (default: the hub's id, or the folder's name)")
    command.add_argument("--license", type=text, help="the SPDX identifier of the weights' licence (default: the model card's)")
    command.add_argument(
        "--languages", type=languages, default=(), metavar="TAGS", help="the languages that the model was trained to read, such as en or en,de; "
        "the function warns about texts that it cannot read"
    )
    command.add_argument("--relevant", type=int, choices=[0, 1], default=1, help="the index of the relevant class, if the model has two classes (default: 1)")
    command.add_argument("--max-tokens", type=int, help="the window (default: the model's, up to 512)")
    command.add_argument(
        "--part-mb", type=float, metavar="MB", help="cut the graph into parts of this size (default: 32 if the graph is larger than 150 MB)"
    )
    command.add_argument("--prompt", help=PROMPT_HELP)
    command.add_argument("--stock", action="store_true", help="use transformers' own export, for snapranker bench --peers")
    command.set_defaults(run=run_compile)

    command = commands.add_parser("check", help="compare a bundle with transformers, and write the result into the bundle's README.md")
    command.add_argument("bundle", type=Path)
    command.add_argument("--checkpoint", type=Path, required=True, help="the source of the bundle: a checkpoint or an ONNX export")
    command.add_argument("--prompt", help="a decoder's prompt, as for compile, if it came from a file")
    command.add_argument("--collection", type=Path, help="also compare how both rank a test collection (corpus, queries, qrels)")
    command.add_argument("--run", dest="first_stage", type=Path, help="with --collection, a TREC run with the candidates")
    command.add_argument("--top", type=from_one, default=100, help="how many candidates of each query to rank (default: 100)")
    command.add_argument("--queries", type=from_one, default=30, help="how many of the run's judged queries to rank (default: 30)")
    command.set_defaults(run=run_check)
    return top


def text(given: str) -> str:
    """Reads a text. An argument may have bytes that are not UTF-8, which no file of a bundle can have."""
    if not given.isprintable():  # such bytes are halves of characters, which are not
        raise argparse.ArgumentTypeError(f"{given!a} has characters that cannot be printed; expected a text in UTF-8")
    return given


def from_one(number: str) -> int:
    if not re.fullmatch(r"0*[1-9][0-9]{0,8}", number):
        raise argparse.ArgumentTypeError(f"{number!r} is not a count; expected a number of at least 1")
    return int(number)


def languages(tags: str) -> tuple[str, ...]:
    """Reads BCP 47 tags with commas between them."""
    split = tuple(tags.split(","))
    for tag in split:
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
            raise argparse.ArgumentTypeError(f"'{tag}' is not a language tag; expected tags such as en or zh-Hant, with commas between them")
    return split


def run_check(arguments: argparse.Namespace) -> None:
    from bundle.check import RankingTask, check

    ranking = None
    if (arguments.collection is None) != (arguments.first_stage is None):
        raise BundleError("--collection or --run is missing; expected both or neither")
    if arguments.collection is not None:
        ranking = RankingTask(arguments.collection, arguments.first_stage, arguments.top, arguments.queries)
    print(check(arguments.bundle, arguments.checkpoint, ranking, arguments.prompt))


def run_fetch(arguments: argparse.Namespace) -> None:
    from bundle.fetch import fetch

    commit = fetch(arguments.model, arguments.revision, arguments.out)
    print(f"{arguments.model} is in {arguments.out}, at revision {commit}.")


def run_import(arguments: argparse.Namespace) -> None:
    from bundle.export import export_of, restore

    export = export_of(arguments.export)
    if export is None:
        raise BundleError(f"{arguments.export} has safetensors; expected an ONNX export (a checkpoint needs no import: use compile)")
    restore(export, arguments.out)
    print(f"The weights of {export.file} are in {arguments.out}.")


def run_compile(arguments: argparse.Namespace) -> None:
    from bundle.compile import Request, compile

    compile(
        Request(
            checkpoint=arguments.checkpoint,
            out=arguments.out,
            precision=arguments.precision and Precision(arguments.precision),
            id=arguments.id,
            license=arguments.license,
            relevant=arguments.relevant,
            max_tokens=arguments.max_tokens,
            stock=arguments.stock,
            part_mb=arguments.part_mb,
            languages=arguments.languages,
            prompt=arguments.prompt,
        )
    )
    made = json.loads((arguments.out / MANIFEST).read_text(encoding="utf-8"))
    size = sum(file["bytes"] for file in made["files"].values()) / 1e6
    print(f"{arguments.out} is the bundle of {made['id']}, {size:.1f} MB.")


if __name__ == "__main__":
    main()
