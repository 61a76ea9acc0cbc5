"""compile writes what a bundle holds into its README, and check adds to it."""

from pathlib import Path

import pytest

from bundle import manifest
from bundle.check import check
from bundle.compile import Request, compile
from bundle.precision import Precision
from tests.checkpoints import FAMILIES


def compiled(name: str, folder: Path, **options: object) -> tuple[Path, Path]:
    checkpoint, out = FAMILIES[name](folder / "checkpoint"), folder / "bundle"
    defaults = {"precision": Precision.FP32, "id": "mine", "license": "MIT", "relevant": 1, "max_tokens": 64, "stock": False}
    compile(Request(checkpoint, out, **(defaults | options)))
    return checkpoint, out


def rows_of(card: str) -> dict[str, str]:
    cells = [line.strip("| ").split(" | ", 1) for line in card.splitlines() if line.startswith("| ") and line != "|  |  |"]
    return {what: value for what, value in cells if what != "file"}


def test_the_card_says_what_the_manifest_does(tmp_path: Path) -> None:
    _, out = compiled("bert-two-classes", tmp_path, precision=Precision.INT8_7BIT, languages=("en", "de"), part_mb=0.04)
    card, described = (out / "README.md").read_text(), manifest.read(out)
    assert card.startswith("# mine\n\n<!-- bundle -->\n## What the bundle holds\n\n|  |  |\n|---|---|\n")
    rows = rows_of(card)
    assert rows["id"] == "mine" and rows["revision"] == described["revision"] and rows["licence"] == "MIT"
    assert rows["languages"] == "en, de" and rows["architecture"] == "bert"
    assert rows["precision"] == described["precision"] == "int8-7bit"
    assert rows["graph"].endswith(f"MB in {len(described['parts'])} parts") and len(described["parts"]) > 1
    assert rows["window"] == "64 tokens"
    assert rows["pair"] == "bert: `[CLS] query [SEP] document [SEP]`, segments [0, 1]"
    assert rows["head"] == "two-class, relevant is class 1"
    assert rows["golden pairs"] == "6, logits within 0.25"
    for name, spec in described["files"].items():
        assert f"| file | `{name}`, {spec['bytes']:,} bytes |" in card


@pytest.mark.parametrize(
    ("name", "what", "value"),
    [
        ("xlm-roberta", "pair", "roberta: `<s> query </s></s> document </s>`"),
        ("monot5", "pair", "prompt: query and document with"),
        ("mpnet-stock", "graph", "with an attention mask, as a stock export has it"),
        ("deberta", "languages", "not recorded"),
    ],
)
def test_each_family_is_described(name: str, what: str, value: str, tmp_path: Path) -> None:
    _, out = compiled(name, tmp_path)
    assert value in rows_of((out / "README.md").read_text())[what]


def test_a_new_compile_replaces_the_card_and_keeps_the_rest(tmp_path: Path) -> None:
    checkpoint, out = compiled("bert", tmp_path)
    check(out, checkpoint, None)
    readme = out / "README.md"
    readme.write_text(readme.read_text().replace("# mine\n", "# mine\n\nMy own words.\n"))
    compile(Request(checkpoint, out, Precision.FP32, "other", "MIT", 1, 32, False))
    text = readme.read_text()
    assert "My own words." in text and "## Parity with transformers" in text
    assert text.count("## What the bundle holds") == 1
    assert rows_of(text.partition("<!-- /bundle -->")[0])["window"] == "32 tokens"
