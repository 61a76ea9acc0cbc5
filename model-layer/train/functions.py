"""Adds Python functions with their docstrings to training data, as code with a question that it answers.

    pip install --target PACKAGES --no-deps numpy==2.3.5 networkx==3.6.1 …
    python -m train.functions PACKAGES --data DATA --out MORE

MORE gets the passages and the queries of DATA, unchanged and in their places, and behind them those of PACKAGES: candidates and
scores that were made from DATA stay right. `packages.json` beside them names each package with version and licence; packages
without an open licence of LICENCES are left out.

A passage is a function on one line, as code search shows it. Half of the passages keep the docstring. The query is what a
person would type: the docstring's first sentence, its words in lower case with `python`, or the words of the function's name.
"""

import argparse
import ast
import json
import lzma
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from bundle.errors import report_errors
from train.order import SEED
from train.training_data import read_lines

SOURCE = "python-functions"
LICENCES = re.compile(r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Unlicense|HPND|MIT-CMU)\b", re.IGNORECASE)
REFUSED = re.compile(r"GPL|General Public|Mozilla|MPL|Proprietary|Commercial", re.IGNORECASE)
WORDS, CHARACTERS = range(4, 26), range(60, 2501)  # of a docstring's sentence, of a function
MOST = 2500  # functions of one package
STOP_WORDS = frozenset("a an the of for and or to in on is are be this that with from by if it its as".split())


@dataclass(frozen=True)
class Function:
    name: str
    sentence: str
    documented: str
    """The function on one line."""
    bare: str
    """The same without its docstring."""


def functions_in(source: str) -> Iterator[Function]:
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("__") or len(node.body) < 2:
            continue
        docstring = ast.get_docstring(node)
        if docstring is None or not docstring.isascii():
            continue
        sentence = " ".join(re.split(r"\n\s*\n|[.:]\s|[.:]$", docstring.strip())[0].split())
        first = node.body[0]
        documented = one_line(lines[node.lineno - 1 : node.end_lineno])
        bare = one_line(lines[node.lineno - 1 : first.lineno - 1] + lines[first.end_lineno : node.end_lineno])
        if len(sentence.split()) in WORDS and ">>>" not in sentence and len(bare) in CHARACTERS and len(documented) in CHARACTERS:
            yield Function(node.name, sentence, documented, bare)


def one_line(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


def query_of(function: Function, rng: random.Random) -> str:
    style = rng.random()
    words = [word for word in re.findall(r"[a-z0-9]+", function.sentence.lower()) if word not in STOP_WORDS]
    name = re.findall(r"[a-z]+|[0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", function.name).lower())
    if style < 0.4 or len(words) < 3:
        return function.sentence
    if style < 0.8 or len(name) < 3:
        chosen = words[: rng.randint(4, 9)]
        return " ".join(["python", *chosen] if rng.random() < 0.5 else [*chosen, "python"])
    return " ".join(["python", *name] if rng.random() < 0.5 else [*name, "in python"])


def licence_of(package: Distribution) -> str:
    facts = package.metadata
    named = [facts.get("License-Expression"), *(c.removeprefix("License :: ") for c in facts.get_all("Classifier", []) if "License ::" in c)]
    return "; ".join(name for name in named if name) or (facts.get("License") or "").split("\n")[0][:80]


def is_open(licence: str) -> bool:
    return bool(LICENCES.search(licence)) and not REFUSED.search(licence)


def functions_of(package: Distribution) -> list[Function]:
    found = {}
    for file in sorted(package.files or [], key=str):
        if file.suffix != ".py" or any(part.startswith("test") or part == "_vendor" for part in file.parts):
            continue
        try:
            source = Path(str(file.locate())).read_text(encoding="utf-8")
            for function in functions_in(source):
                found.setdefault(function.sentence.lower(), function)
        except (OSError, UnicodeDecodeError, SyntaxError, ValueError):
            continue  # a file of another Python, or of another encoding
    chosen = list(found.values())
    random.Random(SEED).shuffle(chosen)
    return chosen[:MOST]


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path, help="a folder of installed packages")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    taken, functions, sentences = [], [], set()
    for package in sorted(distributions(path=[str(arguments.packages)]), key=lambda p: p.name.lower()):
        licence = licence_of(package)
        if not is_open(licence):
            print(f"left out: {package.name} {package.version} ({licence or 'no licence'})")
            continue
        fresh = [function for function in functions_of(package) if function.sentence.lower() not in sentences]
        sentences.update(function.sentence.lower() for function in fresh)
        functions += fresh
        if fresh:
            taken.append({"package": package.name, "version": package.version, "licence": licence, "functions": len(fresh)})
    passages, triples = (list(read_lines(arguments.data / f"{name}.jsonl.xz")) for name in ("passages", "triples"))
    rng = random.Random(SEED)
    for function in functions:
        passages.append({"id": len(passages), "text": function.documented if rng.random() < 0.5 else function.bare})
        triples.append({"q": query_of(function, rng), "p": passages[-1]["id"], "n": [], "s": SOURCE})
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, rows in (("passages", passages), ("triples", triples)):
        with lzma.open(arguments.out / f"{name}.jsonl.xz", "wt", encoding="utf-8", preset=1) as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (arguments.out / "packages.json").write_text(json.dumps(taken, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({"packages": len(taken), "functions": len(functions), "passages": len(passages), "triples": len(triples)}))


if __name__ == "__main__":
    main()
