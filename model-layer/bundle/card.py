"""The bundle's card, README.md. The commands write sections of it between marks, and leave the rest as it is."""

from pathlib import Path

CARD = "README.md"


def write_section(bundle: Path, name: str, text: str) -> None:
    """Writes a section, which replaces an earlier one of this name."""
    begin, end, card = f"<!-- {name} -->", f"<!-- /{name} -->", bundle / CARD
    before, _, rest = (card.read_text(encoding="utf-8") if card.is_file() else "").partition(begin)
    after = rest.partition(end)[2].lstrip("\n")
    card.write_text(f"{before.rstrip()}\n\n{begin}\n{text}\n{end}\n{after}".lstrip("\n"), encoding="utf-8")
