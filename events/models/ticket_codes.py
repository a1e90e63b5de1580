"""The code of a ticket: read aloud, typed in poor light, drawn as the smallest QR code there is."""

import secrets

# No two of these look alike. What is not here but looks like one of them is read as that one.
ALPHABET = "23456789ACDEFGHJKMNPRTUVWXY"
LENGTH = 8
READ_AS = str.maketrans("BSZ", "852")


def draw_code(choice=secrets.choice) -> str:
    """One of 280 thousand million, so that trying finds no ticket; the database refuses it twice in a Convention."""
    return "".join(choice(ALPHABET) for _ in range(LENGTH))


def read_code(typed: str) -> str:
    """As it is stored, however it was typed: « k7mp-3xaé » loses what cannot belong to a code."""
    letters = typed.upper().translate(READ_AS)
    return "".join(letter for letter in letters if letter in ALPHABET)


def in_two(code: str) -> str:
    """« K7MP 3XA2 »: as people read it."""
    return f"{code[: LENGTH // 2]} {code[LENGTH // 2 :]}"
