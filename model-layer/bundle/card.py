"""Writes what a bundle holds into its README.md. `./snapranker models` says the same from the manifest."""

from pathlib import Path
from typing import Any

from bundle import manifest
from bundle.counted import counted
from bundle.errors import BundleError

README = "README.md"


def write_card(bundle: Path, described: dict[str, Any]) -> None:
    """Replaces an earlier card, and keeps what else stands in the README. described: the manifest's fields"""
    rows = [("", ""), ("---", "---"), *card(described)]
    table = "\n".join(f"| {what} | {value} |" if what != "---" else "|---|---|" for what, value in rows)
    write_section(bundle / README, "bundle", f"## What the bundle holds\n\n{table}", title=described["id"])


def card(described: dict[str, Any]) -> list[tuple[str, str]]:
    parts, files = manifest.parts(described), described["files"]
    size = sum(files[name]["bytes"] for name in manifest.graph_files(described)) / 1e6
    in_parts = "one file" if len(parts) == 1 else f"{len(parts)} parts"
    mapped = f", and {described['embeddings']}, which is mapped" if "embeddings" in described else ""
    stock = ", with an attention mask, as a stock export has it" if described["inputs"]["attention_mask"] else ""
    golden = described["golden"]
    return [
        ("id", described["id"]),
        ("revision", described["revision"]),
        ("licence", described["license"]),
        ("languages", ", ".join(described.get("languages", [])) or "not recorded"),
        ("architecture", described["architecture"] + (", a decoder" if described.get("decoder") else "")),
        ("precision", described["precision"]),
        ("graph", f"{size:.1f} MB in {in_parts}{mapped}{stock}"),
        ("window", f"{described['max_tokens']} tokens"),
        ("pair", _pair(described["pair"])),
        ("head", _head(described["head"])),
        ("score", "calibrated" if described.get("calibration") else "the logit's sigmoid, not calibrated"),
        ("golden pairs", f"{len(golden)}, logits within {max((pair['tolerance'] for pair in golden), default=0):.3g}"),
        *(("file", f"`{name}`, {spec['bytes']:,} bytes") for name, spec in sorted(files.items())),
    ]


def _pair(pair: dict[str, Any]) -> str:
    match pair["template"]:
        case "bert":
            return f"bert: `[CLS] query [SEP] document [SEP]`, segments {pair['segments']}"
        case "roberta":
            return "roberta: `<s> query </s></s> document </s>`"
        case "prompt":
            around = sum(len(pair[place]) for place in ("before", "between", "after"))
            return f"prompt: query and document with {counted(around, 'token')} around them"
        case _:
            told = pair.get("instruction")
            return f"instruct: the instruction \"{told}\"" if told else "instruct: a prompt without an instruction"


def _head(head: dict[str, Any]) -> str:
    return f"two-class, relevant is class {head['relevant']}" if head["type"] == "two-class" else head["type"]


def write_section(readme: Path, name: str, text: str, title: str | None = None) -> None:
    """Writes a section between marks, in place of an earlier one of this name. title: of a new README"""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    new = f"# {title}\n" if title else ""
    try:
        before, _, rest = (readme.read_text(encoding="utf-8") if readme.is_file() else new).partition(begin)
    except UnicodeDecodeError as e:
        raise BundleError(f"{readme} is not UTF-8; expected a text in UTF-8: convert the file, for example with iconv, or move it away") from e
    after = rest.partition(end)[2].lstrip("\n")
    section = f"{begin}\n{text}\n{end}\n" + ("\n" if after else "")
    readme.write_text(f"{before.rstrip()}\n\n{section}{after}".lstrip("\n"), encoding="utf-8")
