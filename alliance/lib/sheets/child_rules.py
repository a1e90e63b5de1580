"""What the readers of the child process share: limits, and how a whole file is refused."""

ROWS_MAX, COLUMNS_MAX = 50_000, 200
PROBLEMS_MAX = 1_000
TOO_BIG = "Le fichier est trop grand une fois ouvert : coupez-le, ou retirez ce qui ne sert pas."


class Refusal(Exception):
    """The whole file is refused, with this sentence."""


def letters(column: int) -> str:
    """0 → « A », 26 → « AA »."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def number_of(name: str) -> int:
    found = 0
    for letter in name:
        found = found * 26 + ord(letter) - 64
    return found - 1
