"""Errors that the command line reports, and the one that makes it use the stock export."""


class BundleError(Exception):
    """A mistake that the caller can fix. The message says what is wrong, where, and what is expected."""


class NotKnownToBuilder(Exception):
    """The builder of graphs does not support a model. The message names the unknown part."""


def first_line(e: Exception) -> str:
    """The first line of a library's error, without the advice after it."""
    return str(e).strip().partition("\n")[0]
