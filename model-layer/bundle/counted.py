"""A number with its noun: 1 token, 2 tokens."""


def counted(count: int, noun: str) -> str:
    """noun: in the singular"""
    if count == 1:
        return f"1 {noun}"
    if noun.endswith("ss"):
        return f"{count} {noun}es"
    return f"{count} {noun[:-1]}ies" if noun.endswith("y") else f"{count} {noun}s"
