"""Reads text files that others wrote. What cannot be read is refused in one line that names the place."""

import gzip
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path

from bundle.errors import BundleError

OPENERS = {".gz": gzip.open, ".xz": lzma.open}


def lines_of(file: Path) -> Iterator[tuple[str, str]]:
    """Each line of a file in UTF-8, packed or not, after its place for messages. A byte order mark and blank lines are skipped."""
    number, empty = 0, True
    try:
        with OPENERS.get(file.suffix, open)(file, "rb") as content:
            for number, line in enumerate(content, start=1):
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                if text.strip():
                    empty = False
                    yield f"{file}:{number}", text
    except UnicodeDecodeError as e:
        raise BundleError(f"{file}:{number} is not UTF-8; expected a text in UTF-8: convert the file, for example with iconv") from e
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as e:  # of a folder or the disk, or of damaged gzip or xz
        after = f" after line {number}" if number else ""
        problem = getattr(e, "strerror", None) or f"{e}; expected a complete {file.suffix} file"
        raise BundleError(f"{file} cannot be read{after}: {problem}") from e
    if empty:
        raise BundleError(f"{file} is empty; expected at least one line")
