"""What the command line tells in one sentence, and what makes it take the stock export."""


class BundleError(Exception):
    """Something the caller can put right: what, where, what is expected."""


class NotKnownToBuilder(Exception):
    """A model that the purpose-built graph does not cover; the message says what of it."""
