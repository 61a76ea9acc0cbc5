"""Errors that the command line reports, and the one that makes it use the stock export."""

from collections.abc import Iterator
from contextlib import contextmanager


class BundleError(Exception):
    """A mistake that the caller can fix. The message says what is wrong, where, and what is expected."""


class NotKnownToBuilder(Exception):
    """The builder of graphs does not support a model. The message names the unknown part."""


@contextmanager
def report_errors() -> Iterator[None]:
    """Decorates a command: what the caller can fix ends it with one line on stderr and the exit code 1, without a stack trace."""
    try:
        yield
    except BundleError as e:
        raise SystemExit(str(e)) from e
    except OSError as e:  # a missing file, a folder that cannot be written, or a full disk
        if e.filename is None:
            raise
        raise SystemExit(f"{e.filename} cannot be read or written: {e.strerror}") from e


def first_line(e: Exception) -> str:
    """The first line of a library's error, without the advice after it."""
    return str(e).strip().partition("\n")[0]
