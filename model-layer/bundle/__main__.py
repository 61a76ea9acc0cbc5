"""python -m bundle fetch|import|compile|check"""

import argparse
import re
import sys
from pathlib import Path

from bundle.errors import BundleError
from bundle.precision import Precision


def main() -> int:
    arguments = parser().parse_args()
    try:
        arguments.run(arguments)
    except BundleError as e:
        print(e, file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m bundle", description="Makes bundles that the function serves.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("fetch", help="bring a checkpoint from a hub (HF_ENDPOINT, HF_TOKEN)")
    command.add_argument("model", help="the hub's id, such as cross-encoder/ms-marco-MiniLM-L6-v2")
    command.add_argument("--revision", default="main", help="commit, tag or branch; the commit is recorded")
    command.add_argument("--out", type=Path, required=True, help="the checkpoint's folder")
    command.set_defaults(run=run_fetch)

    command = commands.add_parser("import", help="turn a stock ONNX export back into a checkpoint that transformers loads")
    command.add_argument("export", type=Path, help="an ONNX file, or its folder; tokenizer.json beside it, config.json if there is one")
    command.add_argument("--out", type=Path, required=True, help="the checkpoint's folder")
    command.set_defaults(run=run_import)

    command = commands.add_parser("compile", help="turn a checkpoint folder or a stock ONNX export into a bundle")
    command.add_argument(
        "checkpoint", type=Path, help="folder with config.json, model.safetensors, tokenizer.json; or what import takes"
    )
    command.add_argument("--out", type=Path, required=True, help="the bundle's folder")
    command.add_argument("--precision", choices=[p.value for p in Precision], default=Precision.INT8_7BIT.value)
    command.add_argument("--id", help="what callers name as model; the folder's name if not given")
    command.add_argument("--license", help="SPDX identifier; the model card's if not given")
    command.add_argument(
        "--languages", type=languages, default=(), metavar="TAGS", help="what the model was trained to read, such as en or en,de; the function "
        "warns about texts that it cannot read"
    )
    command.add_argument("--relevant", type=int, choices=[0, 1], default=1, help="of two classes, the relevant one")
    command.add_argument("--max-tokens", type=int, help="the window; the model's, 512 at most, if not given")
    command.add_argument(
        "--part-mb", type=float, metavar="MB", help="cut the graph into parts of so much; 32, beyond 150 MB, if not given"
    )
    command.add_argument("--stock", action="store_true", help="take the stock export: the peer of snapranker bench --stock")
    command.set_defaults(run=run_compile)

    command = commands.add_parser("check", help="compare a bundle with transformers, into the bundle's README.md")
    command.add_argument("bundle", type=Path)
    command.add_argument("--checkpoint", type=Path, required=True, help="what it was compiled from: a checkpoint or an ONNX export")
    command.add_argument("--collection", type=Path, help="also rank a test collection's queries with both (corpus, queries, qrels)")
    command.add_argument("--run", dest="first_stage", type=Path, help="with --collection, a TREC run of candidates")
    command.add_argument("--top", type=int, default=100, help="candidates of a query (default: 100)")
    command.add_argument("--queries", type=int, default=30, help="the run's first so many judged queries (default: 30)")
    command.set_defaults(run=run_check)
    return top


def languages(tags: str) -> tuple[str, ...]:
    """BCP 47 tags, with commas between them."""
    split = tuple(tags.split(","))
    for tag in split:
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
            raise argparse.ArgumentTypeError(f"'{tag}' is not a language tag; expected tags such as en or zh-Hant, with commas")
    return split


def run_check(arguments: argparse.Namespace) -> None:
    from bundle.check import RankingTask, check

    ranking = None
    if (arguments.collection is None) != (arguments.first_stage is None):
        raise BundleError("--collection and --run go together; one of them is missing")
    if arguments.collection is not None:
        ranking = RankingTask(arguments.collection, arguments.first_stage, arguments.top, arguments.queries)
    print(check(arguments.bundle, arguments.checkpoint, ranking))


def run_fetch(arguments: argparse.Namespace) -> None:
    from bundle.fetch import fetch

    commit = fetch(arguments.model, arguments.revision, arguments.out)
    print(f"{arguments.model} is in {arguments.out}, at revision {commit}.")


def run_import(arguments: argparse.Namespace) -> None:
    from bundle.export import export_of, restore

    export = export_of(arguments.export)
    if export is None:
        raise BundleError(f"{arguments.export} has safetensors: it is a checkpoint already")
    restore(export, arguments.out)
    print(f"The weights of {export.file} are in {arguments.out}.")


def run_compile(arguments: argparse.Namespace) -> None:
    from bundle.compile import Request, compile

    compile(
        Request(
            checkpoint=arguments.checkpoint,
            out=arguments.out,
            precision=Precision(arguments.precision),
            id=arguments.id,
            license=arguments.license,
            relevant=arguments.relevant,
            max_tokens=arguments.max_tokens,
            stock=arguments.stock,
            part_mb=arguments.part_mb,
            languages=arguments.languages,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
