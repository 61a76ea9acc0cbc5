"""Reads JSON that others wrote. What is not valid is refused in one line that names the place."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any

from bundle.errors import BundleError
from bundle.text_lines import lines_of


def json_of(file: Path) -> Any:
    """Reads a JSON file."""
    return parsed(file.read_bytes(), str(file))


def parsed(text: bytes | str, place: str, number: Callable[[str], float] = float) -> Any:
    """
    The value of a JSON text in UTF-8.

    place: for messages
    number: reads NaN, Infinity and what has a fraction or an exponent. The default takes all of them, as transformers does
    """
    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8")
        value = json.loads(decoded, parse_float=number, parse_constant=number)
        if "\\u" in decoded:
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # fails for half a character, which no tokenizer takes
    except (RecursionError, ValueError) as e:
        raise BundleError(f"{place} is not valid JSON: {e}") from e
    return value


def finite(number: str) -> float:
    """Refuses what other JSON parsers do not read: NaN, Infinity, and numbers that are infinite as a float."""
    if not math.isfinite(float(number)):
        raise ValueError(f"{number[:40]} is not a finite number")
    return float(number)


def object_of(file: Path) -> dict[str, Any]:
    """Reads a JSON file with fields; empty if it does not exist."""
    if not file.is_file():
        return {}
    fields = json_of(file)
    if not isinstance(fields, dict):
        raise BundleError(f"{file} is {json.dumps(fields)[:40]!r}; expected a JSON object with fields")
    return fields


def objects_of(file: Path, types: Mapping[str, type | UnionType], expected: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """
    The object on each line of a file, after its place for messages.

    types: of the fields that each object must have
    expected: the same in words, for messages
    """
    for place, line in lines_of(file):
        value = parsed(line, place, finite)
        if not (isinstance(value, dict) and all(isinstance(value.get(name), kind) for name, kind in types.items())):
            raise BundleError(f"{place} is {line[:40].strip()!r}; expected {expected}")
        yield place, value
