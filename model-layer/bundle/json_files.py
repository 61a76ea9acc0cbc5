"""Reads JSON that others wrote. What is not valid is refused in one line that names the place."""

import json
from pathlib import Path
from typing import Any

from bundle.errors import BundleError


def json_of(file: Path) -> Any:
    """Reads a JSON file."""
    return parsed(file.read_bytes(), str(file))


def parsed(text: bytes | str, place: str) -> Any:
    """The value of a JSON text in UTF-8. The place is for messages."""
    try:
        value = json.loads(text if isinstance(text, str) else text.decode("utf-8"))
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # fails for half a character, which no tokenizer takes
    except (RecursionError, ValueError) as e:
        raise BundleError(f"{place} is not valid JSON: {e}") from e
    return value


def object_of(file: Path) -> dict[str, Any]:
    """Reads a JSON file with fields; empty if it does not exist."""
    if not file.is_file():
        return {}
    fields = json_of(file)
    if not isinstance(fields, dict):
        raise BundleError(f"{file} is {json.dumps(fields)[:40]!r}; expected a JSON object with fields")
    return fields
