"""Errors that the command line reports, and the one that makes it take the stock export."""


class BundleError(Exception):
    """A mistake that the caller can fix. The message says what is wrong, where, and what is expected."""


class NotKnownToBuilder(Exception):
    """The purpose-built graph does not cover a model. The message names the part that it does not know."""


def first_line(e: Exception) -> str:
    """What a library says, without the lines of advice that may follow."""
    return str(e).strip().partition("\n")[0]
